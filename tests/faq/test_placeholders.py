"""What has no value is left out with its sentence, and no brace is ever shown."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loket.faq import placeholders
from loket.faq.placeholders import fill
from loket.settings import Settings
from tests.support.faq import TODAY

WORDS = {"loket_phone": "0800 1234", "loket_hours": "maandag van 9.00 tot 17.00 uur", "none": ""}


def filled(text: str) -> str:
    return fill(text, WORDS.get)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Geen enkele.", "Geen enkele."),
        ("Bel {loket_phone}.", "Bel 0800 1234."),
        ("Bel {loket_phone}. Mail {loket_email}. Of kom langs.", "Bel 0800 1234. Of kom langs."),
        ("Bel ons, bijv. {loket_email}, of mail. Klaar.", "Klaar."),
        (
            "U kunt:\n- bellen: {loket_phone}\n- mailen: {loket_email}\n- schrijven",
            "U kunt:\n- bellen: 0800 1234\n- schrijven",
        ),
        ("1. Bel. Dat kan {loket_email}.\n2. Schrijf.", "2. Schrijf."),
        ("**Mailen**\nMail {loket_email}.\n\n**Bellen**\nBel {loket_phone}.", "**Bellen**\nBel 0800 1234."),
        ("Wij bewaren dit {retention_chat}.", ""),
        ("Dit {is geen.", ""),
        ("Dit is } los. Dit wel.", "Dit wel."),
        ("Leeg {none} ook.", ""),
    ],
)
def test_a_sentence_or_item_without_a_value_is_left_out(text: str, shown: str) -> None:
    assert filled(text) == shown


PIECES = st.sampled_from(
    ["Bel {loket_phone}.", "Mail {loket_email}.", "{", "}", "{loket", "- item {x}", "\n", " ", "**Kop**", "{vakantie:mei}",
     "Zin zonder iets.", "1. {none}", "[link](https://x.nl/{y})", "{{loket_phone}}"]
)  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=12), max_size=12).map("".join))
def test_no_brace_is_ever_shown(text: str) -> None:
    assert not set("{}") & set(filled(text))


@given(st.text(alphabet=st.characters(exclude_characters="{}")))
def test_a_text_without_braces_stays_as_it_is(text: str) -> None:
    assert filled(text) == text


@given(st.text(max_size=20))
def test_a_value_with_a_brace_is_not_shown(value: str) -> None:
    assert not set("{}") & set(fill("Bel {loket_phone}. Klaar.", lambda name: value))


def test_the_settings_fill_in_what_they_hold() -> None:
    value = placeholders.values(
        Settings(contact_phone="0800 1234", opening_hours="ma-do 09:00-17:00, vr 9:00-12:30"), TODAY
    )
    assert value("loket_phone") == "0800 1234"
    assert value("loket_email") is None
    assert value("loket_hours") == "maandag tot en met donderdag van 9.00 tot 17.00 uur, vrijdag van 9.00 tot 12.30 uur"
    assert value("retention_chat") is None


def test_the_tables_fill_in_until_their_last_day() -> None:
    def value(name: str, today: date) -> str | None:
        return placeholders.values(Settings(), today)(name)

    assert value("vakantie:mei:2026-2027:zuid", TODAY) == "24 april tot en met 2 mei 2027"
    assert value("tabel:bedragen:schoolkosten_vso", date(2027, 7, 31)) == "€ 69,15 per maand"
    assert value("tabel:bedragen:schoolkosten_vso", date(2027, 8, 1)) is None
    for unknown in (
        "vakantie:mei:2026-2027",
        "vakantie:paas:2026-2027:zuid",
        "tabel:bedragen:weg",
        "tabel:weg:weg",
        "naam",
    ):
        assert value(unknown, TODAY) is None


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("loket_phone", True),
        ("retention_chat", True),
        ("vakantie:kerst:2027-2028:noord", True),
        ("telefoon", False),
        ("tabel:bedragen:weg", False),
    ],
)
def test_a_placeholder_is_known_when_something_can_fill_it(name: str, known: bool) -> None:
    assert placeholders.known(name) is known


def test_the_tables_of_the_repository_can_be_read() -> None:
    from loket import paths
    from loket.faq import domains, laws, tables, vacations

    models = {
        "laws": laws.Acts,
        "domains": domains.Domains,
        "schoolvakanties": vacations.Holidays,
        "bedragen": tables.Values,
    }
    assert {path.stem for path in Path(paths.DATA / "tables").glob("*.yml")} == set(models)
    for name, model in models.items():
        tables.read(name, model)
