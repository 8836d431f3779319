"""A conversation as parents hold it: typed replies, numbers, a person with a subject, danger, and a question that waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from loket.assistant import context, dialogue
from loket.assistant.dialogue import Turn, Understood
from loket.conversations import first_aid, question_log, registry, transcript
from loket.conversations.models import Conversation, Message, Question
from loket.tickets import queue
from loket.tickets.models import Ticket
from tests.conftest import NOON

Talk = Callable[..., list[dict[str, Any]]]
BY_SECTOR = "leerlingenvervoer"
NIGHT = NOON + timedelta(hours=11)
ALARM = {"level": "alarm", "kind": "suicide", "probability": 0.9}
ASK = {"level": "ask", "kind": "abuse_home", "probability": 0.4}
CALM = {"level": "none", "kind": None, "probability": 0.0}


@pytest.fixture
def conversation(session: Session) -> Conversation:
    return registry.start(session, NOON)[0]


@pytest.fixture
def talk(session: Session, conversation: Conversation) -> Iterator[Talk]:
    """Say something and get back the replies: `extra` and `text` together. Unknown words are not understood."""

    def say(
        text: str,
        intent: str = "nlu_fallback",
        *,
        act: Callable[[Turn], None] | None = None,
        now: datetime = NOON,
        sector: str | None = None,
        **decision: Any,
    ) -> list[dict[str, Any]]:
        fallback = intent == "nlu_fallback"
        decision = {"kind": "handoff" if fallback else "answer"} | decision
        message = transcript.receive(session, conversation, text, None, now, None, for_assistant=True)
        ranking = [] if fallback else [{"name": intent, "confidence": 0.9}]
        turn = dialogue.begin(session, message.id, Understood(intent, ranking, decision, sector), now)
        assert turn is not None
        (act or (dialogue.ask if fallback else dialogue.answer))(turn)
        session.flush()
        return [(reply.extra or {}) | {"text": reply.text} for reply in transcript.replies_to(session, message.id)]

    return say


def ticket_of(session: Session) -> Ticket:
    return session.query(Ticket).one()


def kinds(replies: list[dict[str, Any]]) -> list[str]:
    return [reply["kind"] for reply in replies]


def test_an_age_is_the_reply_to_our_question_about_the_school(talk: Talk, conversation: Conversation) -> None:
    talk("Krijgen wij vervoer?", BY_SECTOR)
    (reply,) = talk("hij is 9", "crisis", safety=CALM)
    assert (reply["intents"], conversation.sector) == ([BY_SECTOR], "po")


@pytest.mark.parametrize("text", ["weet ik niet", "geen idee"])
def test_not_knowing_the_school_gives_the_general_answer_and_keeps_the_question(talk: Talk, text: str) -> None:
    talk("Krijgen wij vervoer?", BY_SECTOR)
    assert talk(text, "nee")[0]["intents"] == [BY_SECTOR]


def test_the_second_of_the_choices_is_answered(talk: Talk) -> None:
    talk("pest", act=dialogue.ask, kind="ask", intents=["pesten_aanpak", "online_pesten"])
    assert talk("de tweede")[0]["intents"] == ["online_pesten"]


def test_both_of_the_choices_are_answered(talk: Talk) -> None:
    talk("pest", act=dialogue.ask, kind="ask", intents=["pesten_aanpak", "online_pesten"])
    replies = talk("allebei")
    assert [reply.get("intents") for reply in replies] == [None, ["pesten_aanpak"], ["online_pesten"]]


def test_none_of_the_choices_offers_a_person_with_the_question_before(talk: Talk, session: Session) -> None:
    talk("gedoe met gym", act=dialogue.ask, kind="ask", intents=["pesten_aanpak", "online_pesten"])
    assert kinds(talk("geen van die")) == ["offer"]
    talk("ja graag", "ja")
    assert ticket_of(session).question == "gedoe met gym"


def test_three_questions_are_answered_and_more_are_named(talk: Talk) -> None:
    intents = ["pesten_aanpak", "ouderbijdrage_vrijwillig", "schoolvakanties"]
    note, *answers = talk("Vier vragen", "pesten_aanpak", intents=intents, more=1)
    assert [answer["intents"] for answer in answers] == [[intent] for intent in intents]
    assert "meer dan drie" in note["text"]
    assert answers[1]["title"] in note["text"]


def test_no_to_an_answer_offers_a_person_for_its_question(talk: Talk, session: Session) -> None:
    talk("Mijn kind wordt gepest", "pesten_aanpak")
    assert kinds(talk("nee", "nee")) == ["offer"]
    talk("ja", "ja")
    assert ticket_of(session).question == "Mijn kind wordt gepest"


@pytest.mark.parametrize(
    "text",
    [
        "ik wil een adviseur spreken over de schorsing van mijn zoon",
        "kan iemand mij bellen over mijn dochter die gepest wordt",
        "JULLIE SITE IS NIKS IK WIL GEWOON IEMAND SPREKEN OVER DE SCHORSING",
    ],
)
def test_a_request_for_a_person_with_its_subject_goes_to_a_person(talk: Talk, session: Session, text: str) -> None:
    assert kinds(talk(text, "schorsing_bezwaar")) == ["handed_over"]
    assert (ticket_of(session).question, ticket_of(session).intent) == (text, "schorsing_bezwaar")


def test_a_request_for_a_person_without_a_subject_asks_for_it(talk: Talk, session: Session) -> None:
    assert "Wat is uw vraag?" in talk("IK WIL IEMAND SPREKEN")[0]["text"]
    talk("mag mijn kind een dag vrij voor een bruiloft?", "verlof_gewichtige_omstandigheden")
    ticket = ticket_of(session)
    assert (ticket.intent, ticket.theme) == ("verlof_gewichtige_omstandigheden", "leerplicht")


def test_a_telephone_number_after_the_request_is_put_with_the_question(talk: Talk, session: Session) -> None:
    talk("kunnen jullie mij bellen", "terugbelverzoek", act=dialogue.hand_over)
    talk("06 12345678", "contact_5010")
    talk("Mag de school mijn kind weigeren?", "toelating_geweigerd")
    ticket = ticket_of(session)
    assert (ticket.question, ticket.phone) == ("Mag de school mijn kind weigeren?", "06 12345678")


def test_a_number_typed_after_the_receipt_completes_the_ticket(talk: Talk, session: Session) -> None:
    talk("Mijn kind wordt gepest", "pesten_aanpak")
    talk("adviseur", "medewerker_spreken", act=dialogue.hand_over)
    (reply,) = talk("ouder@voorbeeld.nl")
    assert (reply["kind"], ticket_of(session).email) == ("added", "ouder@voorbeeld.nl")


def test_a_reference_explains_how_to_find_the_question_and_reveals_nothing(talk: Talk, session: Session) -> None:
    (reply,) = talk("5010-ABC123", "ontwikkelingsperspectief")
    assert reply["text"].startswith("Dit is het nummer van een vraag.")
    assert session.query(Question).one().outcome == "reply"


def test_the_log_keeps_no_number_and_no_reply_as_question(
    talk: Talk, session: Session, conversation: Conversation
) -> None:
    talk("Mijn kind wordt gepest", "pesten_aanpak")
    talk("06 12345678", "contact_5010")
    talk("nee", "nee")
    assert question_log.last_question(session, conversation.id) == "Mijn kind wordt gepest"
    assert all("0612345678" not in str(row.decision).replace(" ", "") for row in session.query(Question))


def test_an_alarm_helps_first_and_then_answers_the_ordinary_question(talk: Talk, session: Session) -> None:
    replies = talk("Hij wordt gepest en wil niet meer leven", "pesten_aanpak", safety=ALARM)
    assert kinds(replies) == ["safety", "handed_over", "answer"]
    assert "113" in replies[0]["text"]
    assert ticket_of(session).urgent


def test_after_an_alarm_the_conversation_goes_on(talk: Talk, session: Session) -> None:
    talk("Hij wil niet meer leven", "crisis", safety=ALARM)
    assert kinds(talk("Wanneer is de meivakantie?", "schoolvakanties", safety=CALM)) == ["answer"]
    assert ticket_of(session).state == "open"


@pytest.mark.parametrize("fragment", ["al vaker", "elke nacht", "weg"])
def test_a_fragment_after_an_alarm_keeps_it_without_a_second_ticket(
    talk: Talk, session: Session, fragment: str
) -> None:
    talk("Hij wil niet meer leven", "crisis", safety=ALARM)
    first, second = talk(fragment, safety=CALM)
    assert (first["level"], first["text"], second["kind"]) == (
        "alarm",
        first_aid.repeated("suicide", now_open=True),
        "added",
    )
    assert [event.kind for event in ticket_of(session).events].count("alerted") == 1


def test_a_change_of_subject_ends_the_level(talk: Talk) -> None:
    talk("Hij durft niet naar huis", "pesten_aanpak", safety=ASK)
    talk("Wanneer is de meivakantie?", "schoolvakanties", safety=CALM)
    assert kinds(talk("elke nacht", safety=CALM)) == ["offer"]


def test_a_sign_is_asked_after_above_the_ordinary_answer(talk: Talk, session: Session) -> None:
    line, answer = talk("Hij is bang thuis", "pesten_aanpak", safety=ASK)
    assert (line["kind"], line["level"], line["text"]) == ("safety", "ask", first_aid.ask("abuse_home").line)
    assert [choice["label"] for choice in line["choices"]] == [first_aid.ask("abuse_home").button]
    assert (answer["kind"], answer["choices"][0]["label"]) == ("answer", first_aid.ask("abuse_home").button)
    assert session.query(Ticket).count() == 0


def test_yes_to_the_line_is_an_alarm(talk: Talk, session: Session) -> None:
    talk("Hij is bang thuis", "pesten_aanpak", safety=ASK)
    first, receipt = talk("ja ik ben bang van wel", "ja", safety=CALM)
    assert (first["level"], first["danger"], receipt["kind"]) == ("alarm", "abuse_home", "handed_over")
    assert (ticket_of(session).question, ticket_of(session).urgent) == ("Hij is bang thuis", True)


def test_no_to_the_line_ends_it(talk: Talk, session: Session) -> None:
    talk("Hij is bang thuis", "pesten_aanpak", safety=ASK)
    assert kinds(talk("nee gelukkig niet", "nee", safety=CALM)) == ["note"]
    assert kinds(talk("elke nacht", safety=CALM)) == ["offer"]
    assert session.query(Ticket).count() == 0


def test_at_night_nobody_is_promised(talk: Talk) -> None:
    first, *_ = talk("Hij wil niet meer leven", "crisis", safety=ALARM, now=NIGHT)
    assert "leest nu niemand mee" in first["text"]
    assert "Wij waarschuwen nu" not in first["text"]


def test_what_is_typed_while_a_question_waits_is_added_and_said(talk: Talk, session: Session) -> None:
    talk("Mijn kind wordt gepest", "pesten_aanpak")
    talk("adviseur", "medewerker_spreken", act=dialogue.hand_over)
    (reply,) = talk("ben je er nog")
    assert (reply["kind"], ticket_of(session).reference in reply["text"]) == ("added", True)
    assert ticket_of(session).events[-1].kind == "parent_wrote"


def test_a_question_of_its_own_leaves_the_waiting_one_as_it_is(talk: Talk, session: Session) -> None:
    talk("Mijn kind wordt gepest", "pesten_aanpak")
    talk("adviseur", "medewerker_spreken", act=dialogue.hand_over)
    before = len(ticket_of(session).events)
    (reply,) = talk("Wanneer is de meivakantie?", "schoolvakanties")
    assert reply["choices"][-1]["label"] == f"Dit hoort bij mijn vraag {ticket_of(session).reference}"
    assert len(ticket_of(session).events) == before


def test_a_new_question_after_closing_is_answered_as_new(
    talk: Talk, session: Session, conversation: Conversation
) -> None:
    queue.hand_off(session, conversation, "Mag dit?", NOON).state = "closed"
    (reply,) = talk("is het suikerfeest vrij?", "verlof_religieuze_feestdag")
    assert (reply["kind"], ticket_of(session).state) == ("answer", "closed")


def test_the_context_is_the_last_question_and_what_was_answered(
    talk: Talk, session: Session, conversation: Conversation
) -> None:
    talk("Mijn kind wordt gepest", "pesten_aanpak")
    talk("bedankt", "bedankt")
    message = transcript.receive(session, conversation, "en op school?", None, NOON, None)
    before = context.of(session, message, NOON)
    assert before is not None
    assert (before["question"], before["intents"], before["theme"]) == (
        "Mijn kind wordt gepest", ["pesten_aanpak"], "veiligheid",
    )  # fmt: skip
    assert "online_pesten" in before["follow_up"]


def test_a_question_that_leaned_on_another_goes_with_that_one(
    talk: Talk, session: Session, conversation: Conversation
) -> None:
    talk("Mijn kind is geschorst", "schorsing_regels")
    talk("en als wij dat niet terecht vinden", "schorsing_bezwaar", context=0.6)
    message = transcript.receive(session, conversation, "binnen hoeveel tijd", None, NOON, None)
    before = context.of(session, message, NOON)
    assert before is not None
    assert before["question"] == "Mijn kind is geschorst. en als wij dat niet terecht vinden"
    assert before["intents"] == ["schorsing_bezwaar"]


def test_a_question_after_an_alarm_does_not_alarm_again(talk: Talk) -> None:
    talk("Hij wil niet meer leven", "crisis", safety=ALARM)
    assert kinds(talk("mag dat zomaar?", safety=CALM)) == ["added"]


@pytest.mark.parametrize("ends", ["opnieuw", "medewerker_spreken", "later"])
def test_the_context_is_forgotten(talk: Talk, session: Session, conversation: Conversation, ends: str) -> None:
    talk("Mijn kind wordt gepest", "pesten_aanpak")
    if ends == "opnieuw":
        talk("opnieuw", "opnieuw", act=dialogue.start_again)
    if ends == "medewerker_spreken":
        talk("adviseur", "medewerker_spreken", act=dialogue.hand_over)
    now = NOON + timedelta(minutes=31 if ends == "later" else 1)
    message = transcript.receive(session, conversation, "en dan?", None, now, None)
    assert context.of(session, message, now) is None


def test_not_helped_is_marked_on_the_answer(talk: Talk, session: Session) -> None:
    talk("Mijn kind wordt gepest", "pesten_aanpak")
    talk("nee", "nee")
    assert session.query(Message).filter_by(helpful=False).one().extra["intents"] == ["pesten_aanpak"]  # type: ignore[index]


def test_what_is_added_in_another_language_goes_to_the_same_person(talk: Talk, session: Session) -> None:
    for text in ("Oğlum okuldan uzaklaştırıldı, bu olur mu?", "Müdür bugün telefonda bana bunu söyledi"):
        replies = talk(text, "schorsing_regels", language="tr")
    assert [reply["kind"] for reply in replies] == ["added"]
    assert ticket_of(session).language == "tr"


def test_the_calm_line_is_in_the_language_of_the_message_before_a_few_words(talk: Talk) -> None:
    sign = {"level": "ask", "kind": "suicide", "probability": 0.5}
    talk("Moja córka jest smutna i nie chce chodzić do szkoły", "schoolweigering_angst", language="pl", safety=sign)
    reply = talk("już długo", "schoolweigering_angst", safety=sign)[0]
    assert "niebezpieczeństwie" in reply["text"]
