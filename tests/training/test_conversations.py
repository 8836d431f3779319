"""When a reply in a conversation is right."""

from __future__ import annotations

import pytest

from loket.training import conversations
from loket.training.conversations import GoldTurn, Replied, judge

ANSWER = Replied(("answer",), ("a",))


@pytest.mark.parametrize(
    ("gold", "replied", "judgement"),
    [
        (GoldTurn("?", ("a",)), ANSWER, ""),
        (GoldTurn("?", ("a", "b")), ANSWER, "answer"),
        (GoldTurn("?", ("b",), ("a",)), ANSWER, ""),
        (GoldTurn("?", ("a",)), Replied(), "silence"),
        (GoldTurn("?", ("a",)), Replied(("safety", "answer"), ("a",), level="alarm"), "needless alarm"),
        (GoldTurn("?", ("a",), kind="sector_question"), Replied(("sector",), (), ("a",)), ""),
        (GoldTurn("?", ("a",), kind="handoff"), Replied(("handed_over",), ticket="a"), ""),
        (GoldTurn("?", ("a",), kind="handoff"), Replied(("handed_over",), ticket="b"), "handoff"),
        (GoldTurn("?", kind="choice", options=("a", "c")), Replied(("ask",), (), ("b", "c")), ""),
        (GoldTurn("?", kind="safety_alarm"), Replied(("safety",), level="ask"), "safety_alarm"),
        (GoldTurn("?", ("a",), kind="safety_ask"), Replied(("safety", "answer"), ("a",), level="ask"), ""),
        (GoldTurn("?", kind="smalltalk"), ANSWER, "smalltalk"),
        (GoldTurn("?", kind="ticket_note"), Replied(("added",)), ""),
    ],
)
def test_judge(gold: GoldTurn, replied: Replied, judgement: str) -> None:
    assert judge(gold, replied) == judgement


def test_a_pick_is_judged_by_what_was_shown() -> None:
    gold = GoldTurn("de tweede", kind="picks", picks=2)
    assert judge(gold, ANSWER, ("b", "a")) == ""
    assert judge(gold, ANSWER, ("a", "b")) == "picks"
    assert judge(gold, ANSWER) is None


def test_a_turn_about_an_intent_that_does_not_exist_does_not_count() -> None:
    assert judge(GoldTurn("?", ("new",)), ANSWER, known=["a"]) is None


def test_the_gold_conversations_can_be_read() -> None:
    assert len(conversations.read()) >= 150
