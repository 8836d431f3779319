"""The measuring sets beside the gold questions: danger, conversations, typed replies. Their shape, and that nothing is measured twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from loket import catalogue, yamlfile
from loket.training import examples
from loket.training.datacheck import normalised

DANGERS = {
    "suicide",
    "self_harm",
    "abuse_home",
    "abuse_school",
    "sexual_peer",
    "threat_weapon",
    "missing_runaway",
    "eating_disorder",
    "forced_marriage_honour",
    "exploitation",
    "parent_crisis",
}
KINDS = {
    "handoff",
    "choice",
    "sector_question",
    "safety_alarm",
    "safety_ask",
    "smalltalk",
    "ticket_note",
}
TURN = {"say", "intents", "ook", "kind", "options", "danger", "picks"}
ASKED = {"sector", "choice", "help_offer", "person_offer", "safety_line"}


@cache
def read(name: str) -> Any:
    return yamlfile.read(examples.GOLD_DIR / name).data


@cache
def danger() -> tuple[tuple[str, str, str], ...]:
    """(kind, level, text) of every text; kind "none" for ordinary ones."""
    found = []
    for path in sorted((examples.GOLD_DIR / "safety").glob("*.yml")):
        data = yamlfile.read(path).data
        for level in data.keys() - {"kind"}:
            lines = [line.strip() for line in data[level].splitlines() if line.strip()]
            assert all(line.startswith("- ") for line in lines), path
            found += [(path.stem, level, line[2:]) for line in lines]
    return tuple(found)


def turns() -> Iterator[dict[str, Any]]:
    for dialogue in read("dialogues.yml"):
        yield from dialogue["turns"]


def test_every_kind_of_danger_has_texts_of_both_levels() -> None:
    found = {(kind, level) for kind, level, _ in danger()}
    assert found == {(kind, level) for kind in DANGERS for level in ("alarm", "ask")} | {("none", "none")}
    assert all(read(f"safety/{kind}.yml")["kind"] == kind for kind in DANGERS)


def test_there_is_enough_danger_and_enough_ordinary_worry_to_measure_with_small_margins() -> None:
    count = Counter(level for _, level, _ in danger())
    assert count["alarm"] + count["ask"] >= 300
    assert count["none"] >= 300


def test_no_text_of_danger_is_measured_twice() -> None:
    count = Counter(normalised(text) for _, _, text in danger())
    assert [text for text, times in count.items() if times > 1] == []


def test_no_text_of_danger_is_also_trained_on() -> None:
    trained = {normalised(example.text) for example in examples.load(examples.NLU_DIR) if len(example.text.split()) > 3}
    assert [text for _, _, text in danger() if normalised(text) in trained] == []


def test_a_turn_says_what_its_reply_should_do() -> None:
    for turn in turns():
        assert turn.keys() <= TURN, turn
        assert isinstance(turn["say"], str), turn
        assert turn.get("intents") or turn.get("kind") or turn.get("picks"), turn
        assert turn.get("kind", "handoff") in KINDS, turn


def test_a_turn_of_danger_names_its_kind() -> None:
    for turn in turns():
        serious = turn.get("kind") in ("safety_alarm", "safety_ask")
        assert (turn.get("danger") in DANGERS) == serious, turn


def test_dialogues_name_intents_of_the_catalogue() -> None:
    known = catalogue.load().intents
    named = {name for turn in turns() for key in ("intents", "ook", "options") for name in turn.get(key, [])}
    assert named - known.keys() == set()


def test_there_are_dialogues_of_every_theme() -> None:
    known = catalogue.load().intents
    themes = {known[name].theme for turn in turns() for name in turn.get("intents", []) if name in known}
    assert themes >= {intent.theme for intent in known.values() if intent.is_faq}


def test_dialogues_have_ids_of_their_own_and_two_to_five_turns() -> None:
    dialogues = read("dialogues.yml")
    assert len({dialogue["id"] for dialogue in dialogues}) == len(dialogues) >= 150
    assert {len(dialogue["turns"]) for dialogue in dialogues} <= {2, 3, 4, 5}


def test_a_choice_is_only_picked_after_one_was_asked() -> None:
    for dialogue in read("dialogues.yml"):
        pairs = zip(dialogue["turns"], dialogue["turns"][1:], strict=False)
        assert all("picks" not in turn or before.get("kind") == "choice" for before, turn in pairs), dialogue["id"]


@pytest.mark.parametrize("row", read("replies.yml"), ids=lambda row: f"{row['asked']}: {row['say']}")
def test_a_reply_means_one_thing_that_was_possible(row: dict[str, Any]) -> None:
    assert row.keys() == {"asked", "options", "say", "means"}
    assert row["asked"] in ASKED
    [(meaning, value)] = row["means"].items()
    if meaning == "sector":
        assert value in catalogue.SECTORS
    elif meaning in ("option", "options"):
        chosen = [value] if meaning == "option" else value
        assert all(1 <= number <= len(row["options"]) for number in chosen)
    else:
        assert meaning in ("yes", "no", "unknown", "new_question")
        assert value is True


def test_there_are_enough_replies_to_every_question() -> None:
    count = Counter(row["asked"] for row in read("replies.yml"))
    assert count.keys() == ASKED
    assert sum(count.values()) >= 120


def test_messages_in_parents_manner_are_of_every_kind_and_stand_once() -> None:
    rows = read("own_words.yml")
    assert len(rows) >= 500
    known = catalogue.load().intents
    assert {row["intent"] for row in rows} >= {name for name, intent in known.items() if intent.is_faq}
    assert {name for row in rows for name in [row["intent"], *row["also"]]} <= known.keys()
    assert not [row["text"] for row in rows if row["intent"] in row["also"]]
    assert Counter(row["form"] for row in rows).keys() == {"question", "story"}
    assert Counter(row["manner"] for row in rows).keys() == {"comment", "mail", "forum", "chat"}
    assert len({normalised(row["text"]) for row in rows}) == len(rows)
