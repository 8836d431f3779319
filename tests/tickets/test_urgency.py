"""Words of danger in a text that no model reads: the ticket becomes urgent, once, and the parent sees the numbers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from loket.accounts.models import Account
from loket.conversations import danger, first_aid, registry, transcript
from loket.exceptions import Refused
from loket.tickets import queue, safety_marks
from loket.tickets.models import SafetyMark, Ticket
from tests.conftest import NOON

SERIOUS = "Mijn zoon wil niet meer leven"


@pytest.fixture
def ticket(session: Session) -> Ticket:
    conversation, _ = registry.start(session, NOON)
    transcript.receive(session, conversation, "Mag dit?", None, NOON, None)
    return queue.hand_off(session, conversation, "Mag dit?", NOON)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (SERIOUS, "suicide"),
        ("hij heeft een mes bij zich", "threat_weapon"),
        ("ZE IS WEGGELOPEN", "missing_runaway"),
        ("Krijgt mijn kind vrij voor een bruiloft?", None),
        ("opa is dood en wij gaan naar de begrafenis", None),
    ],
)
def test_words_tell_the_kind_of_danger(text: str, kind: str | None) -> None:
    assert danger.words(text) == kind


def test_an_addition_with_words_of_danger_makes_the_ticket_urgent(session: Session, ticket: Ticket) -> None:
    queue.parent_adds(session, ticket, SERIOUS, "1", NOON)
    assert (ticket.urgent, ticket.team) == (True, "veiligheid")
    assert ticket.promised_by - NOON == timedelta(hours=2)
    assert "113" in ticket.conversation.messages[-1].text


def test_it_happens_once(session: Session, ticket: Ticket) -> None:
    queue.parent_adds(session, ticket, SERIOUS, "1", NOON)
    queue.parent_adds(session, ticket, SERIOUS, "2", NOON)
    assert [event.kind for event in ticket.events].count("alerted") == 1
    session.refresh(ticket.conversation)
    said = [message for message in ticket.conversation.messages if (message.extra or {}).get("kind") == "safety"]
    assert len(said) == 1


def test_an_ordinary_addition_changes_nothing(session: Session, ticket: Ticket) -> None:
    queue.parent_adds(session, ticket, "Het gaat om groep 8", "1", NOON)
    assert not ticket.urgent


@pytest.mark.parametrize("kind", danger.KINDS)
def test_every_kind_has_help_and_a_line(kind: str) -> None:
    assert "](tel:" in first_aid.numbers(kind)
    assert "112" in first_aid.text(kind, "", now_open=False)
    assert first_aid.ask(kind).line.endswith((".", "?"))


def adviser(session: Session) -> Account:
    from loket.accounts import credentials

    return credentials.add(session, "adviser@loket.test", "Aisha de Boer", "adviser", NOON)[0]


def test_an_adviser_marks_an_alarm_and_changes_their_mind(session: Session, ticket: Ticket) -> None:
    who = adviser(session)
    safety_marks.add(session, ticket, who, "needless", None, None, NOON)
    safety_marks.add(session, ticket, who, "missed", "suicide", None, NOON)
    (kept,) = session.query(SafetyMark)
    assert (kept.mark, kept.kind) == ("missed", "suicide")


@pytest.mark.parametrize(("mark", "kind"), [("other", None), ("missed", None), ("wrong_kind", "weather")])
def test_a_mark_that_says_nothing_is_refused(session: Session, ticket: Ticket, mark: str, kind: str | None) -> None:
    with pytest.raises(Refused):
        safety_marks.add(session, ticket, adviser(session), mark, kind, None, NOON)
