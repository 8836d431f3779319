"""What the assistant does with what Rasa understood."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from loket import settings
from loket.assistant import dialogue
from loket.assistant.dialogue import Turn, Understood
from loket.conversations import first_aid, registry, transcript, views
from loket.conversations.models import Conversation, Message, Question
from loket.faq import answers, danger, review_state, variants
from loket.faq.variants import Known
from loket.tickets import mails, queue
from loket.tickets.models import Ticket
from tests.conftest import NOON

Talk = Callable[..., list[dict[str, Any]]]
BY_SECTOR = "leerlingenvervoer"


@pytest.fixture
def conversation(session: Session) -> Conversation:
    return registry.start(session, NOON)[0]


@pytest.fixture
def talk(session: Session, conversation: Conversation) -> Iterator[Talk]:
    """Say something and get back the replies: `extra` and `text` together."""

    def say(
        text: str,
        intent: str = "pesten_aanpak",
        act: Callable[[Turn], None] = dialogue.answer,
        *,
        choice: dict[str, Any] | None = None,
        sector: str | None = None,
        ranking: list[str] | None = None,
        entities: list[dict[str, Any]] | None = None,
        **decision: Any,
    ) -> list[dict[str, Any]]:
        message = transcript.receive(session, conversation, text, None, NOON, choice)
        ranked = [{"name": name, "confidence": 0.3} for name in (ranking or [intent])]
        turn = dialogue.begin(session, message.id, Understood(intent, ranked, decision, sector, entities or []), NOON)
        assert turn is not None
        act(turn)
        session.flush()
        return [reply.extra | {"text": reply.text} for reply in transcript.replies_to(session, message.id)]  # type: ignore[operator]

    return say


def ticket_of(session: Session) -> Ticket | None:
    return session.query(Ticket).one_or_none()


def log_of(session: Session) -> list[tuple[str, str | None]]:
    return [(row.outcome, row.intent) for row in session.query(Question).order_by(Question.id)]


def test_a_question_gets_its_answer_with_title_sources_and_state(talk: Talk, session: Session) -> None:
    (reply,) = talk("Mijn kind wordt gepest")
    known = answers.cached()["pesten_aanpak"]
    assert (reply["kind"], reply["title"]) == ("answer", known.title)
    assert reply["answer"]["short"].strip() == known.short.strip()
    assert reply["answer"]["sources"][0]["url"] == known.sources[0].url
    assert reply["answer"]["checked"] == review_state.in_words(known, NOON.date())
    assert log_of(session) == [("answered", "pesten_aanpak")]


def test_an_answer_offers_its_follow_up_questions(talk: Talk) -> None:
    (reply,) = talk("Mijn kind wordt gepest")
    assert [c["intent"] for c in reply["choices"]] == list(answers.cached()["pesten_aanpak"].follow_up)


def test_small_talk_has_no_title_and_no_source(talk: Talk) -> None:
    (reply,) = talk("bedankt", "bedankt")
    assert (reply["kind"], reply["title"], "answer" in reply) == ("talk", "", False)


def test_two_questions_get_two_answers_and_a_word_about_it(talk: Talk) -> None:
    intents = ["pesten_aanpak", "ouderbijdrage_vrijwillig"]
    replies = talk("Gepest, en moet ik betalen?", intents=intents)
    assert [reply["kind"] for reply in replies] == ["note", "answer", "answer"]
    assert [reply["intents"] for reply in replies[1:]] == [[intent] for intent in intents]


def test_of_two_questions_neither_is_offered_as_follow_up(talk: Talk) -> None:
    replies = talk("a", intents=["pesten_aanpak", "pesten_school_doet_niets"])
    assert all(
        c["intent"] not in ("pesten_aanpak", "pesten_school_doet_niets") for r in replies[1:] for c in r["choices"]
    )


def test_what_depends_on_the_sector_is_answered_for_each_and_the_sector_is_asked(
    talk: Talk, conversation: Conversation, session: Session
) -> None:
    answered, asked = talk("Krijgen wij vervoer?", BY_SECTOR)
    assert (answered["kind"], answered["intents"], asked["kind"]) == ("answer", [BY_SECTOR], "sector")
    answer = answers.cached()[BY_SECTOR]
    for sector in ("po", "vo", "so"):
        assert variants.choose(answer, Known(sector=sector)).short.strip() in answered["answer"]["short"]
    assert [c["sector"] for c in asked["choices"]] == ["po", "vo", "so", ""]
    assert conversation.expects == {"sector_for": [BY_SECTOR]}
    assert log_of(session) == [("answered", BY_SECTOR)]


def test_the_sector_is_not_asked_when_it_makes_no_difference(talk: Talk) -> None:
    assert talk("Mijn kind wordt gepest")[0]["kind"] == "answer"


def test_a_chosen_sector_gives_its_answer_and_is_remembered(talk: Talk, conversation: Conversation) -> None:
    *_, asked = talk("Krijgen wij vervoer?", BY_SECTOR)
    with_text = sorted(variants.by_sector(answers.cached()[BY_SECTOR]))[0]
    choice = next(c for c in asked["choices"] if c["sector"] == with_text)
    (reply,) = talk(choice["label"], BY_SECTOR, choice=choice)
    own = variants.choose(answers.cached()[BY_SECTOR], Known(sector=with_text))
    assert own.variant is not None
    assert reply["answer"]["short"].strip() == own.short.strip()
    assert conversation.sector == with_text
    assert talk("En nog eens?", BY_SECTOR)[0]["kind"] == "answer"


def test_who_does_not_know_the_sector_gets_the_general_answer(talk: Talk, conversation: Conversation) -> None:
    *_, asked = talk("Krijgen wij vervoer?", BY_SECTOR)
    (reply,) = talk("Dat weet ik niet", BY_SECTOR, choice=asked["choices"][-1])
    assert reply["answer"]["short"].strip() == answers.cached()[BY_SECTOR].short.strip()
    assert conversation.sector is None


def test_a_typed_sector_is_the_reply_to_our_question(talk: Talk, conversation: Conversation) -> None:
    talk("Krijgen wij vervoer?", BY_SECTOR)
    (reply,) = talk("speciaal onderwijs", "speciaal_onderwijs_toelating", sector="so")
    assert reply["intents"] == [BY_SECTOR]
    assert (conversation.sector, conversation.expects) == ("so", None)


def test_a_new_question_with_a_sector_in_it_is_a_new_question(talk: Talk) -> None:
    talk("Krijgen wij vervoer?", BY_SECTOR)
    (reply,) = talk("Wie helpt als mijn kind op de middelbare school wordt gepest?", sector="vo")
    assert reply["intents"] == ["pesten_aanpak"]


def test_a_sector_in_the_question_needs_no_asking(talk: Talk, conversation: Conversation) -> None:
    (reply,) = talk("Krijgen wij vervoer naar de basisschool?", BY_SECTOR, sector="po")
    assert reply["kind"] == "answer"
    assert conversation.sector == "po"


def test_doubt_asks_with_three_choices_and_a_person(talk: Talk, session: Session) -> None:
    intents = ["pesten_aanpak", "online_pesten", "kind_pest_zelf", "discriminatie"]
    (reply,) = talk("pest", act=dialogue.ask, kind="ask", intents=intents)
    assert [c.get("intent") for c in reply["choices"]] == [*intents[:3], None]
    assert reply["choices"][-1]["handoff"]
    assert log_of(session) == [("asked", None)]


def test_an_answer_in_doubt_says_so_and_offers_what_else_was_perhaps_meant(talk: Talk) -> None:
    note, reply = talk("en bij de juf?", kind="answer", intents=["pesten_aanpak"], instead=["conflict_leerkracht"])
    assert (note["kind"], reply["intents"]) == ("note", ["pesten_aanpak"])
    assert "Is het iets anders?" in note["text"]
    assert [c["intent"] for c in reply["choices"]].count("conflict_leerkracht") == 1
    assert reply["choices"][0]["intent"] == "conflict_leerkracht"


def test_doubt_shows_the_questions_as_people_ask_them(talk: Talk) -> None:
    (reply,) = talk("pest", act=dialogue.ask, kind="ask", intents=["pesten_aanpak"])
    assert "_" not in reply["choices"][0]["label"]


def test_who_tells_and_asks_nothing_is_asked_what_to_know_about_it(talk: Talk) -> None:
    text = "Hij zit al weken thuis en school laat niets van zich horen."
    (reply,) = talk(text, act=dialogue.ask, kind="ask", intents=["thuiszitter"], reason="told")
    assert reply["text"].endswith("Wat wilt u hierover weten?")
    assert reply["choices"][0]["intent"] == "thuiszitter"


def test_a_choice_is_answered_as_that_question(talk: Talk) -> None:
    (asked,) = talk("pest", act=dialogue.ask, kind="ask", intents=["pesten_aanpak", "online_pesten"])
    choice = asked["choices"][1]
    assert talk(choice["label"], choice["intent"], choice=choice)[0]["intents"] == ["online_pesten"]


def test_nothing_near_offers_a_person(talk: Talk, session: Session) -> None:
    (reply,) = talk("blub", "nlu_fallback", dialogue.ask, kind="handoff")
    assert (reply["kind"], [set(c) - {"id", "label"} for c in reply["choices"]]) == (
        "offer",
        [{"handoff"}, {"rephrase"}],
    )
    assert log_of(session) == [("offered", None)]
    assert ticket_of(session) is None


def test_doubt_between_nothing_but_small_talk_offers_a_person(talk: Talk) -> None:
    assert talk("hm", act=dialogue.ask, kind="ask", intents=["begroeting"])[0]["kind"] == "offer"


def test_a_question_that_is_not_about_school_is_told_so(talk: Talk) -> None:
    (reply,) = talk("Welk weer wordt het?", act=dialogue.ask, kind="handoff", reason="out_of_domain")
    assert "alleen helpen met vragen over school" in reply["text"]


def test_yes_to_the_offer_hands_the_question_over(talk: Talk, session: Session) -> None:
    talk("Wie betaalt het schoolreisje?", "nlu_fallback", dialogue.ask, kind="handoff")
    (reply,) = talk("ja", "ja")
    ticket = ticket_of(session)
    assert ticket is not None
    assert ticket.question == "Wie betaalt het schoolreisje?"
    assert reply["ticket"]["reference"] == ticket.reference


def test_no_to_the_offer_makes_no_ticket(talk: Talk, session: Session) -> None:
    talk("blub", "nlu_fallback", dialogue.ask, kind="handoff")
    assert talk("nee", "nee")[0]["intents"] == ["nee"]
    assert ticket_of(session) is None


def test_yes_to_the_only_choice_is_that_choice(talk: Talk) -> None:
    talk("pest", act=dialogue.ask, kind="ask", intents=["online_pesten"])
    assert talk("ja", "ja")[0]["intents"] == ["online_pesten"]


def test_yes_to_several_choices_asks_which(talk: Talk, session: Session) -> None:
    (asked,) = talk("pest", act=dialogue.ask, kind="ask", intents=["online_pesten", "pesten_aanpak"])
    (again,) = talk("ja", "ja")
    assert (again["kind"], [c["label"] for c in again["choices"]]) == ("ask", [c["label"] for c in asked["choices"]])
    assert talk("de tweede", "nlu_fallback")[0]["intents"] == ["pesten_aanpak"]
    assert ticket_of(session) is None


def test_no_to_the_choices_offers_a_person(talk: Talk) -> None:
    talk("pest", act=dialogue.ask, kind="ask", intents=["online_pesten"])
    assert talk("nee", "nee")[0]["kind"] == "offer"


def test_yes_to_an_answer_is_small_talk(talk: Talk, session: Session) -> None:
    talk("Mijn kind wordt gepest")
    assert talk("ja", "ja")[0]["intents"] == ["ja"]
    assert ticket_of(session) is None


def test_asking_for_a_person_hands_over_the_question_before(talk: Talk, session: Session) -> None:
    talk("Mijn kind wordt gepest")
    (reply,) = talk("adviseur", "medewerker_spreken", dialogue.hand_over)
    ticket = ticket_of(session)
    assert ticket is not None
    assert (ticket.question, ticket.intent, ticket.team) == ("Mijn kind wordt gepest", "pesten_aanpak", "veiligheid")
    assert ticket.conversation.owner == "queue"
    assert mails.link(ticket) in reply["text"]


def test_asking_for_a_person_first_asks_for_the_question(talk: Talk, session: Session) -> None:
    (reply,) = talk("adviseur", "medewerker_spreken", dialogue.hand_over)
    assert "Wat is uw vraag?" in reply["text"]
    assert ticket_of(session) is None
    talk("Mag de school mijn kind weigeren?", "toelating_geweigerd")
    ticket = ticket_of(session)
    assert ticket is not None
    assert ticket.question == "Mag de school mijn kind weigeren?"


@pytest.mark.parametrize("act", [dialogue.answer, dialogue.ask, dialogue.hand_over])
def test_the_question_that_was_asked_for_is_handed_over_whatever_it_is(
    talk: Talk, session: Session, act: Callable[[Turn], None]
) -> None:
    talk("adviseur", "medewerker_spreken", dialogue.hand_over)
    talk("blub", "nlu_fallback", act, kind="handoff")
    assert ticket_of(session).question == "blub"  # type: ignore[union-attr]


def test_no_to_what_is_your_question_makes_no_ticket(talk: Talk, session: Session) -> None:
    talk("adviseur", "medewerker_spreken", dialogue.hand_over)
    talk("nee", "nee")
    assert ticket_of(session) is None


def test_a_request_with_the_question_in_it_needs_no_asking(talk: Talk, session: Session) -> None:
    text = "Ik wil iemand spreken over de schorsing van mijn zoon"
    talk(text, "medewerker_spreken", dialogue.hand_over)
    assert ticket_of(session).question == text  # type: ignore[union-attr]


def test_an_answer_that_did_not_help_goes_to_a_person(talk: Talk, session: Session) -> None:
    talk("Mijn kind wordt gepest")
    (reply,) = talk("daar heb ik niks aan", "niet_geholpen", dialogue.not_helped)
    assert reply["text"].startswith("Het spijt me")
    assert ticket_of(session).question == "Mijn kind wordt gepest"  # type: ignore[union-attr]
    assert session.query(Message).filter_by(helpful=False).one().extra["intents"] == ["pesten_aanpak"]  # type: ignore[index]


def test_not_helped_without_an_answer_offers_a_person(talk: Talk, session: Session) -> None:
    assert talk("niks aan", "niet_geholpen", dialogue.not_helped)[0]["kind"] == "offer"
    assert ticket_of(session) is None


@pytest.mark.parametrize(
    ("intent", "kind"),
    [
        ("seksueel_misbruik_geweld", "abuse_school"),
        ("kindermishandeling_vermoeden", "abuse_home"),
        ("crisis", "suicide"),
    ],
)
def test_a_model_that_knows_no_levels_alarms_with_its_urgent_intents(
    talk: Talk, session: Session, intent: str, kind: str
) -> None:
    first, receipt = talk("Er is iets heel ergs gebeurd met mijn kind", intent)
    assert (first["kind"], first["level"], first["danger"]) == ("safety", "alarm", kind)
    assert first["text"] == first_aid.text(kind, "", now_open=True)
    assert receipt["kind"] == "handed_over"
    ticket = ticket_of(session)
    assert ticket is not None
    assert (ticket.urgent, ticket.team) == (True, "veiligheid")
    assert ticket.promised_by - NOON == timedelta(hours=2)


def test_urgent_beside_another_question_makes_an_urgent_ticket_too(talk: Talk, session: Session) -> None:
    talk("Twee dingen", intents=["ouderbijdrage_vrijwillig", "kindermishandeling_vermoeden"])
    assert ticket_of(session).urgent  # type: ignore[union-attr]


def test_an_intent_without_an_answer_offers_a_person(talk: Talk) -> None:
    assert talk("?", "bestaat_niet")[0]["kind"] == "offer"


def test_another_language_gets_a_reply_and_then_a_person(talk: Talk, session: Session) -> None:
    talk("Do you speak English?", "andere_taal")
    assert ticket_of(session) is None
    talk("My child is not allowed to go to school", "andere_taal")
    assert ticket_of(session).question == "My child is not allowed to go to school"  # type: ignore[union-attr]


def test_a_question_in_another_language_goes_to_a_person_with_its_subject(talk: Talk, session: Session) -> None:
    replies = talk("Oğlum okuldan uzaklaştırıldı, bu olur mu?", "schorsing_regels", language="tr", kind="answer")
    assert [reply["kind"] for reply in replies] == ["talk", "handed_over"]
    ticket = ticket_of(session)
    assert ticket is not None
    assert (ticket.intent, ticket.theme, ticket.language) == ("schorsing_regels", "schorsing", "tr")


@pytest.mark.parametrize(
    ("language", "shown", "part"), [("tr", "tr", "Hemen"), ("ar", "ar", "اتصل"), ("so", "en", "Call"), ("nl", None, "Bel nu")]
)  # fmt: skip
def test_first_aid_is_in_the_language_of_the_message(talk: Talk, language: str, shown: str | None, part: str) -> None:
    alarm = {"level": "alarm", "kind": "suicide", "probability": 0.9}
    first = talk("Kızım ölmek istiyor, ne yapmalıyım?", "crisis", language=language, safety=alarm)[0]
    assert (first.get("language"), first["level"]) == (shown, "alarm")
    assert part in first["text"]


@pytest.mark.parametrize(
    ("wrote", "writer"),
    [
        ("mijn man slaat mij en de kinderen elke avond", "parent"),
        ("mijn ex bedreigt ons", "parent"),
        ("mijn dochter snijdt zich", "parent"),
        ("hij wil niet meer leven", "parent"),
        ("mijn ma slaat me", "child"),
        ("ik ben 13 en durf niet naar huis", "child"),
        ("ik wil dood", "either"),
        ("ik kan niet meer", "either"),
    ],
)
def test_to_whom_first_aid_speaks(wrote: str, writer: str) -> None:
    assert first_aid.writer(wrote) == writer


def test_a_further_question_about_an_answer_gets_the_rest_of_it_and_a_person(talk: Talk) -> None:
    (first,) = talk("Mijn kind wordt gepest")
    (more,) = talk("en wat moet de juf doen?", context=0.8)
    assert more["intents"] == first["intents"]
    assert first["answer"]["text"] in more["answer"]["short"]
    assert (more["answer"]["text"], more["answer"]["deadlines"]) == ("", [])
    assert more["choices"][-1]["handoff"]
    (again,) = talk("Mijn kind wordt gepest")
    assert again["answer"] == first["answer"], "a question by itself gets the whole answer"


def test_who_may_be_a_child_or_a_parent_reads_both_texts(talk: Talk) -> None:
    alarm = {"level": "alarm", "kind": "suicide", "probability": 0.9}
    either = talk("ik wil niet meer leven", "crisis", safety=alarm)[0]["text"]
    assert either.index(danger.FOR_CHILD) < either.index(danger.FOR_PARENT)
    assert danger.FOR_CHILD not in first_aid.text("suicide", "ik denk dat hij niet meer wil leven", now_open=True)


def test_the_receipt_under_first_aid_says_not_to_wait_for_it(talk: Talk, session: Session) -> None:
    alarm = {"level": "alarm", "kind": "suicide", "probability": 0.9}
    receipt = talk("mijn zoon wil niet meer leven", "crisis", safety=alarm)[1]
    assert receipt["kind"] == "handed_over"
    assert "Wacht daar niet op: bel eerst." in receipt["text"]
    assert not re.search(r"\b(u|uw|je)\b", receipt["text"]), "a child and a parent read the same"


@pytest.mark.parametrize(
    ("kind", "level", "leaves"),
    [("abuse_home", "alarm", True), ("abuse_home", "ask", False), ("suicide", "alarm", False)],
)
def test_where_somebody_may_look_along_the_page_can_be_left_at_once(
    talk: Talk, session: Session, kind: str, level: str, leaves: bool
) -> None:
    talk("mijn man slaat ons", safety={"level": level, "kind": kind, "probability": 0.9})
    message = next(one for one in session.query(Message) if (one.extra or {}).get("kind") == "safety")
    assert views.view(message).quick_exit == leaves


def test_a_child_reads_first_aid_that_speaks_to_a_child(talk: Talk) -> None:
    alarm = {"level": "alarm", "kind": "abuse_home", "probability": 0.9}
    child = talk("mijn vader slaat mij elke avond ik ben 13", "kindermishandeling_vermoeden", safety=alarm)[0]["text"]
    assert re.search(r"\bje\b", child)
    assert not re.search(r"\bu\b", child, re.IGNORECASE)


def test_starting_again_forgets_the_school(talk: Talk, conversation: Conversation) -> None:
    talk("Krijgen wij vervoer naar de basisschool?", BY_SECTOR, sector="po")
    talk("opnieuw", "opnieuw", dialogue.start_again)
    assert (conversation.sector, conversation.expects) == (None, None)


def test_a_ticket_takes_the_sector_of_the_conversation(talk: Talk, session: Session) -> None:
    talk("Krijgen wij vervoer?", BY_SECTOR, sector="so")
    talk("adviseur", "medewerker_spreken", dialogue.hand_over)
    ticket = ticket_of(session)
    assert ticket is not None
    assert (ticket.sector, ticket.theme) == ("so", "passend_onderwijs")


def test_a_message_is_answered_once(talk: Talk, session: Session) -> None:
    talk("Mijn kind wordt gepest")
    message = session.query(Message).filter_by(sender="parent").one()
    assert dialogue.begin(session, message.id, Understood("pesten_aanpak"), NOON) is None


def test_a_message_of_a_conversation_in_which_an_adviser_is_live_is_not_answered(
    session: Session, conversation: Conversation
) -> None:
    message = transcript.receive(session, conversation, "En dit nog", None, NOON, None)
    queue.hand_off(session, conversation, "Eerder gevraagd", NOON)
    conversation.owner = "adviser"
    assert dialogue.begin(session, message.id, Understood("pesten_aanpak"), NOON) is None
    assert message.state == "delivered"


def test_the_receipt_says_when_we_are_closed(talk: Talk, session: Session) -> None:
    talk("Mijn kind wordt gepest")
    talk("adviseur", "medewerker_spreken", dialogue.hand_over)
    ticket = ticket_of(session)
    assert ticket is not None
    assert "gesloten" not in dialogue.handed_over(ticket, NOON).text
    assert "Wij zijn nu gesloten." in dialogue.handed_over(ticket, NOON + timedelta(hours=9)).text


def test_the_question_log_keeps_the_ranking_and_the_decision(talk: Talk, session: Session) -> None:
    ranking = [f"intent_{number}" for number in range(20)]
    talk("Mijn kind wordt gepest", ranking=ranking, kind="answer", cost=0.2)
    (row,) = session.query(Question)
    assert [entry["name"] for entry in row.ranking] == ranking[:10]
    assert row.decision["cost"] == 0.2


# With a few answers of our own, so that each kind is there.


def test_a_withheld_answer_is_not_said_and_the_question_goes_to_a_person(
    samples: Path, talk: Talk, session: Session
) -> None:
    note, receipt = talk("Wie betaalt de schoolboeken?", "schoolboeken")
    assert "Een adviseur beantwoordt hem" in note["text"]
    assert receipt["kind"] == "handed_over"
    assert ticket_of(session).question == "Wie betaalt de schoolboeken?"  # type: ignore[union-attr]
    assert log_of(session)[0][0] == "handed_over"


def test_beside_an_answer_the_withheld_one_goes_to_a_person(samples: Path, talk: Talk, session: Session) -> None:
    replies = talk("Boeken en ouderbijdrage?", intents=["schoolboeken", "ouderbijdrage_vrijwillig"], sector="po")
    assert [reply["kind"] for reply in replies] == ["answer", "note", "handed_over"]
    assert ticket_of(session).intent == "schoolboeken"  # type: ignore[union-attr]


def test_an_answer_past_its_date_is_withheld_by_setting(
    samples: Path, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert talk("laptop", "laptop_tablet")[0]["kind"] == "answer"
    monkeypatch.setenv("LOKET_EXPIRED_ANSWERS", "withhold")
    settings.load.cache_clear()
    assert [reply["kind"] for reply in talk("laptop", "laptop_tablet")] == ["note", "handed_over"]


AGE = [{"entity": "leeftijd", "value": "17"}]


def test_what_is_known_chooses_the_variant(samples: Path, talk: Talk) -> None:
    assert talk("klacht mbo", "mbo_klacht", sector="mbo")[0]["answer"]["short"] == "Antwoord voor het mbo."
    reply = talk("mijn zoon van 17 heeft een klacht", "mbo_klacht", sector="mbo", entities=AGE)[0]
    assert reply["answer"]["short"] == "Antwoord voor het mbo met 17 jaar."


def test_an_age_is_not_lost_when_the_school_is_asked_first(
    samples: Path, talk: Talk, conversation: Conversation
) -> None:
    *_, asked = talk("mijn zoon van 17 heeft een klacht", "mbo_klacht", entities=AGE)
    mbo = next(c for c in asked["choices"] if c["sector"] == "mbo")
    assert conversation.expects == {"sector_for": ["mbo_klacht"], "known": {"age": "16_17"}}
    assert talk("Mbo", "mbo_klacht", choice=mbo)[0]["answer"]["short"] == "Antwoord voor het mbo met 17 jaar."


def test_an_age_is_not_lost_when_the_school_stays_unknown(samples: Path, talk: Talk) -> None:
    *_, asked = talk("mijn zoon van 17 heeft een klacht", "mbo_klacht", entities=AGE)
    assert asked["choices"][-1]["known"] == {"age": "16_17"}
    assert (
        talk("Dat weet ik niet", "mbo_klacht", choice=asked["choices"][-1])[0]["answer"]["short"]
        == "Algemeen antwoord."
    )


def test_an_age_is_not_lost_when_the_school_is_typed(samples: Path, talk: Talk) -> None:
    talk("mijn zoon van 17 heeft een klacht", "mbo_klacht", entities=AGE)
    (reply,) = talk("het mbo", "mbo_klacht", sector="mbo")
    assert reply["answer"]["short"] == "Antwoord voor het mbo met 17 jaar."


def test_a_public_school_in_the_text_chooses_its_variant(samples: Path, talk: Talk) -> None:
    reply = talk("klacht over een openbare school", "mbo_klacht", sector="vo")[0]
    assert reply["answer"]["short"] == "Antwoord voor een openbare school."
    assert talk("klacht over een katholieke school", "mbo_klacht")[0]["answer"]["short"] == "Algemeen antwoord."


def test_a_question_for_a_holiday_gets_its_dates_first(samples: Path, talk: Talk) -> None:
    (reply,) = talk("wanneer is de meivakantie 2027 in het zuiden", "schoolvakanties")
    assert "24 april tot en met 2 mei 2027" in reply["answer"]["short"]
    assert reply["answer"]["short"].endswith("De overheid stelt de vakanties vast.")


def test_a_place_that_was_named_tells_the_region(samples: Path, talk: Talk) -> None:
    place = [{"entity": "regio", "value": "Maastricht"}]
    (reply,) = talk("wanneer is de zomervakantie 2027 bij ons", "schoolvakanties", entities=place)
    assert reply["answer"]["short"].startswith("Maastricht ligt in regio Zuid.")
