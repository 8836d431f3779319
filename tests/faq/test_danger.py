"""First aid as it is shown: by kind, writer, language and hour; and what every text in data/faq/danger.yml must have."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from loket.faq import danger, load
from loket.faq.check import danger as check
from loket.faq.check import phones, readability
from loket.faq.danger import FOREIGN, KINDS, Kind, Writer
from loket.http.markdown import from_markdown
from loket.yamlfile import ContentError

WRITERS: tuple[Writer, ...] = get_args(Writer)
LANGUAGES = ("nl", *FOREIGN)
PHONE_LINK = re.compile(r"\]\(tel:([^)]*)\)")


def dialled(markdown: str) -> list[str]:
    return [re.sub(r"\D", "", number) for number in PHONE_LINK.findall(markdown)]


def shown(kind: Kind) -> list[str]:
    """Every text that anybody can get for a kind."""
    return [
        danger.first_aid(kind, writer=writer, language=language, open=open_now)
        for writer in WRITERS
        for language in LANGUAGES
        for open_now in (True, False)
    ]


def test_the_kinds_are_those_that_the_assistant_learns() -> None:
    learned = {path.stem for path in (load.FAQ_DIR.parent / "safety").glob("*.yml")} - {"none"}
    assert set(KINDS) == learned


@pytest.mark.parametrize("kind", KINDS)
def test_every_text_has_numbers_that_are_listed_and_can_be_tapped(kind: Kind) -> None:
    for text in shown(kind):
        assert dialled(text)
        assert set(dialled(text)) <= phones.allowed()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_line_holds_a_number(kind: Kind, language: str) -> None:
    first = danger.first_aid(kind, language=language, open=True).split("\n")[0]
    assert dialled(first)


@pytest.mark.parametrize("kind", KINDS)
def test_by_day_an_adviser_is_named_and_by_night_nobody_is(kind: Kind) -> None:
    by_day = danger.first_aid(kind, open=True)
    by_night = danger.first_aid(kind, open=False)
    assert "krijgt nu een seintje" in by_day
    assert "seintje" not in by_night
    assert "Er leest nu niemand mee" in by_night
    assert set(dialled(by_night.rsplit("\n\n", 1)[1])) <= phones.day_and_night()


@pytest.mark.parametrize("language", FOREIGN)
def test_other_languages_tell_day_from_night_and_name_the_desk(language: str) -> None:
    by_day = danger.first_aid("suicide", language=language, open=True)
    by_night = danger.first_aid("suicide", language=language, open=False)
    assert by_day != by_night
    assert "Loket 5010" in by_day
    assert "Loket 5010" in by_night


@pytest.mark.parametrize("kind", KINDS)
def test_a_child_is_addressed_as_je(kind: Kind) -> None:
    text = danger.first_aid(kind, writer="child", open=False)
    assert not re.search(r"\b(u|uw)\b", text, re.IGNORECASE)
    assert re.search(r"\bje\b", text)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("writer", WRITERS)
def test_dutch_is_easy_to_read(kind: Kind, writer: Writer) -> None:
    assert list(readability.problems(danger.first_aid(kind, writer=writer, open=False), kind)) == []


def test_a_parent_in_danger_gets_help_and_a_child_does_not_read_it() -> None:
    assert "Bent u zelf niet veilig?" in danger.first_aid("abuse_home", open=True)
    assert "Bent u zelf niet veilig?" not in danger.first_aid("abuse_home", writer="child", open=True)


def test_where_somebody_may_look_along_the_page_can_be_left() -> None:
    assert {kind for kind in KINDS if danger.by_kind(kind).quick_exit} == {
        "abuse_home", "forced_marriage_honour", "exploitation", "parent_crisis",
    }  # fmt: skip


def test_a_runaway_child_gets_its_own_first_action() -> None:
    assert danger.first_aid("missing_runaway", writer="child", open=True).startswith("**Ben je weg")
    assert danger.first_aid("missing_runaway", open=True).startswith("**Weet u niet")


def test_nude_images_of_a_child_are_never_photographed() -> None:
    assert "Maak geen schermfoto" in danger.first_aid("sexual_peer", open=True)
    assert "do not take a screenshot" in danger.first_aid("sexual_peer", language="en", open=True)


def test_a_language_without_texts_gets_english() -> None:
    assert danger.first_aid("suicide", language="fr", open=True) == danger.first_aid(
        "suicide", language="en", open=True
    )
    assert danger.failure_line("anders") == danger.failure_line("en")


def test_numbers_keep_their_order_in_arabic() -> None:
    text = danger.first_aid("abuse_home", language="ar", open=True)
    assert "[\u20660800-2000\u2069](tel:08002000)" in text
    assert danger.direction("ar") == "rtl"
    assert {danger.direction(language) for language in LANGUAGES if language != "ar"} == {"ltr"}


@pytest.mark.parametrize("kind", KINDS)
def test_the_calm_line_is_of_its_kind_in_dutch_and_one_for_all_in_other_languages(kind: Kind) -> None:
    assert danger.ask(kind).line == danger.by_kind(kind).ask_line
    assert danger.ask(kind, "tr") == danger.ask("suicide", "tr") != danger.ask("suicide", "ar")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_failure_line_has_112_and_113(language: str) -> None:
    assert dialled(danger.failure_line(language)) == ["112", "113", "08000113"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_links_survive_being_made_safe(kind: Kind) -> None:
    for text in shown(kind):
        assert from_markdown(text).count('href="tel:') == len(dialled(text))


def test_the_file_in_the_repository_has_no_faults() -> None:
    assert check.problems() == []


def test_a_missing_kind_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = danger.path().read_text(encoding="utf-8")
    monkeypatch.setattr(load, "FAQ_DIR", tmp_path)
    (tmp_path / "danger.yml").write_text(text[: text.index("- kind: parent_crisis")], encoding="utf-8")
    with pytest.raises(ContentError, match="parent_crisis"):
        danger.read()


def test_a_missing_language_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = danger.path().read_text(encoding="utf-8")
    monkeypatch.setattr(load, "FAQ_DIR", tmp_path)
    (tmp_path / "danger.yml").write_text(text.replace("    uk: |", "    pl2: |", 1), encoding="utf-8")
    with pytest.raises(ContentError, match=r"languages"):
        danger.read()


def test_an_edit_is_seen_without_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = danger.path().read_text(encoding="utf-8")
    monkeypatch.setattr(load, "FAQ_DIR", tmp_path)
    copy = tmp_path / "danger.yml"
    copy.write_text(text, encoding="utf-8")
    assert "Blijf bij uw kind." in danger.first_aid("suicide", open=True)
    copy.write_text(text.replace("Blijf bij uw kind.", "Ga niet weg bij uw kind."), encoding="utf-8")
    assert "Ga niet weg bij uw kind." in danger.first_aid("suicide", open=True)
