"""The JSON API of a conversation, as docs and embedding sites rely on it."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient

from loket.conversations.models import Message, Question
from loket.db.base import transaction
from loket.mail.models import Outbox
from loket.tickets.models import Ticket
from tests.support.rasa import FakeRasa
from tests.support.service import Parent
from tests.support.site import all_of
from tests.support.threads import at_once

MESSAGE_FIELDS = {
    "id", "sender", "text", "html", "created_at", "answer", "choices", "kind", "title", "name", "helpful",
    "attachments", "intents", "level", "danger", "delivered", "language", "direction", "quick_exit",
}  # fmt: skip


def error_of(response: httpx.Response, status: int = 400) -> dict[str, Any]:
    assert response.status_code == status, response.text
    body = response.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message", "field"}
    return dict(body["error"])


def test_a_new_conversation_gives_id_token_and_greeting(site: TestClient[Any]) -> None:
    response = site.post("/api/conversations")
    assert response.status_code == 201
    body = response.json()
    assert set(body) == {"id", "token", "messages"}
    (greeting,) = body["messages"]
    assert set(greeting) == MESSAGE_FIELDS
    assert (greeting["sender"], greeting["kind"]) == ("assistant", "greeting")
    assert "computerprogramma" in greeting["text"]


def test_two_conversations_differ_in_id_and_token(site: TestClient[Any]) -> None:
    first, second = (site.post("/api/conversations").json() for _ in range(2))
    assert first["id"] != second["id"]
    assert first["token"] != second["token"]


ANSWER_FIELDS = {
    "short", "short_html", "text", "text_html", "easier", "easier_html", "child", "child_html", "deadlines", "referrals",
    "laws", "sources", "checked", "urgent",
}  # fmt: skip


def test_a_question_is_answered_with_source_and_state(parent: Parent) -> None:
    body = parent.ask("Mijn kind wordt gepest")
    assert set(body) == {"messages", "owner"}
    assert body["owner"] == "assistant"
    (reply,) = body["messages"]
    assert set(reply) == MESSAGE_FIELDS
    assert reply["kind"] == "answer"
    assert set(reply["answer"]) == ANSWER_FIELDS
    assert set(reply["answer"]["sources"][0]) == {"title", "url"}
    assert reply["answer"]["checked"] in reply["text"]
    assert set(reply["choices"][0]) == {"id", "label"}


def test_every_part_of_an_answer_is_in_the_api(samples: Path, site: TestClient[Any], rasa: FakeRasa) -> None:
    rasa.teach("moet ik betalen", "ouderbijdrage_vrijwillig", sector="po")
    (reply,) = Parent.begin(site).ask("moet ik betalen")["messages"]
    answer = reply["answer"]
    assert answer["deadlines"] == [{"what": "Bezwaar maken bij het bestuur", "when": "binnen 6 weken na de brief"}]
    assert answer["referrals"][0] == {
        "name": "Stichting Leergeld",
        "purpose": "hulp bij schoolkosten",
        "url": "https://www.leergeld.nl/",
        "phone": "0800-0432",
        "tel": "tel:08000432",
        "hours": "elke dag van 11 tot 21 uur",
    }
    assert [law["title"] for law in answer["laws"]] == [f"Wet op het primair onderwijs, artikel {n}" for n in (40, 63)]
    assert answer["short_html"].startswith("<p>Nee, de ouderbijdrage is vrijwillig.")
    assert answer["child"].startswith("Je mag altijd meedoen")
    # A client that shows nothing but the text shows the deadline too.
    assert reply["text"].startswith("**Let op de termijn**")


def test_moments_carry_a_time_zone(parent: Parent) -> None:
    reply = parent.ask("Mijn kind wordt gepest")["messages"][0]
    assert datetime.fromisoformat(reply["created_at"]).utcoffset() == timedelta(0)


@pytest.mark.parametrize("path", ["messages", "feedback", "handoff"])
@pytest.mark.parametrize("header", ["Bearer verkeerd", "Bearer", "Basic eA==", ""])
def test_without_the_right_token_nothing_is_taken_in(
    site: TestClient[Any], parent: Parent, path: str, header: str
) -> None:
    body = {
        "messages": {"client_id": "1", "text": "hallo"},
        "feedback": {"message_id": 1, "helpful": True},
        "handoff": {"question": "Mag dit?"},
    }[path]
    response = site.post(f"/api/conversations/{parent.id}/{path}", json=body, headers={"Authorization": header})
    assert error_of(response, 401)["code"] == "not_authenticated"
    assert len(all_of(Message)) == 1


@pytest.mark.parametrize("path", ["messages", "events"])
def test_without_the_right_token_nothing_is_shown(site: TestClient[Any], parent: Parent, path: str) -> None:
    response = site.get(f"/api/conversations/{parent.id}/{path}", headers={"Authorization": "Bearer x"})
    assert error_of(response, 401)["code"] == "not_authenticated"


def test_the_token_of_another_conversation_does_not_open_this_one(site: TestClient[Any], parent: Parent) -> None:
    other = Parent.begin(site)
    response = site.get(f"/api/conversations/{parent.id}/messages", headers=other.headers)
    error_of(response, 401)


def test_an_unknown_conversation_and_a_wrong_token_look_the_same(site: TestClient[Any], parent: Parent) -> None:
    headers = {"Authorization": "Bearer verkeerd"}
    wrong = site.get(f"/api/conversations/{parent.id}/messages", headers=headers)
    unknown = site.get(f"/api/conversations/{'0' * 32}/messages", headers=headers)
    assert (wrong.status_code, wrong.json()) == (unknown.status_code, unknown.json())


def test_the_same_client_id_twice_is_one_message(parent: Parent, rasa: FakeRasa) -> None:
    first, second = (parent.send("Mijn kind wordt gepest", "een").json() for _ in range(2))
    assert first == second
    assert len(rasa.heard) == 1
    assert [m.text for m in all_of(Message) if m.sender == "parent"] == ["Mijn kind wordt gepest"]


def test_the_same_client_id_at_the_same_moment_is_one_message(served: str, rasa: FakeRasa) -> None:
    rasa.pause = 0.2
    with httpx.Client(base_url=served, timeout=20) as client, ThreadPoolExecutor(8) as pool:
        parent = Parent.begin(client)
        answers = list(pool.map(lambda _: parent.send("Mijn kind wordt gepest", "dubbel"), range(8)))
    assert {answer.status_code for answer in answers} == {200}
    senders = [message.sender for message in all_of(Message)]
    assert senders == ["assistant", "parent", "assistant"]
    assert len(all_of(Question)) == 1


def test_a_client_id_belongs_to_its_conversation(site: TestClient[Any], parent: Parent) -> None:
    other = Parent.begin(site)
    parent.send("Mijn kind wordt gepest", "een")
    assert other.send("Iets anders", "een").json()["messages"]
    assert len([m for m in all_of(Message) if m.sender == "parent"]) == 2


@pytest.mark.parametrize("client_id", ["", "x" * 65])
def test_a_client_id_has_a_length(parent: Parent, client_id: str) -> None:
    body = {"text": "hallo", "client_id": client_id}
    assert error_of(parent.post("messages", body))["code"] == "invalid_client_id"


@pytest.mark.parametrize("choice", ["", "zomaar", "é", "x" * 10_000])
def test_a_choice_that_was_not_offered_is_refused(parent: Parent, choice: str) -> None:
    code = error_of(parent.post("messages", {"choice": choice, "client_id": "1"}))["code"]
    assert code == ("unknown_choice" if choice else "invalid_request")


def test_a_choice_of_another_conversation_is_refused(site: TestClient[Any], parent: Parent) -> None:
    choice = parent.ask("Mijn kind wordt gepest")["messages"][0]["choices"][0]
    assert error_of(Parent.begin(site).choose(choice["id"]))["code"] == "unknown_choice"


def test_an_offered_choice_is_answered(parent: Parent, rasa: FakeRasa) -> None:
    choice = parent.ask("Mijn kind wordt gepest")["messages"][0]["choices"][0]
    reply = parent.choose(choice["id"]).json()["messages"][0]
    assert reply["kind"] == "answer"
    assert "text" not in rasa.heard[-1]
    assert [m.text for m in all_of(Message) if m.sender == "parent"][-1] == choice["label"]


def test_text_and_choice_together_are_refused(parent: Parent) -> None:
    body = {"text": "hallo", "choice": "x", "client_id": "1"}
    assert error_of(parent.post("messages", body))["code"] == "invalid_request"


def test_neither_text_nor_choice_is_refused(parent: Parent) -> None:
    assert error_of(parent.post("messages", {"client_id": "1"}))["code"] == "invalid_request"


@pytest.mark.parametrize("text", ["", "   \n\t", "\u200b\u200b", "\x00", "\ufeff"])
def test_an_empty_text_is_refused_in_dutch(parent: Parent, text: str) -> None:
    error = error_of(parent.send(text))
    assert (error["code"], error["field"]) == ("empty_text", "text")
    assert error["message"] == "Typ eerst uw vraag."


def test_the_longest_text_is_taken_in(parent: Parent) -> None:
    assert parent.send("a" * 5000).status_code == 200


def test_a_text_that_is_too_long_is_refused_with_its_length(parent: Parent) -> None:
    error = error_of(parent.send("a" * 5001))
    assert (error["code"], error["field"]) == ("text_too_long", "text")
    assert "5001" in error["message"]
    assert "5000" in error["message"]


def test_a_body_of_megabytes_is_refused(parent: Parent) -> None:
    assert error_of(parent.send("a" * 400_000), 413)["code"] == "too_large"


@pytest.mark.parametrize(
    "text",
    [
        "/restart",
        '/inform{"sector": "po"}',
        "/",
        "😀😀",
        "<b>vet</b>",
        "Robert'); DROP TABLE message;--",
        "العربية",
        "a\u0000b",
    ],
)
def test_every_text_reaches_the_assistant_as_text(parent: Parent, rasa: FakeRasa, text: str) -> None:
    assert parent.send(text).status_code == 200
    assert rasa.heard[-1]["text"] == text.replace("\x00", "")
    assert "intent" not in rasa.heard[-1]


@pytest.mark.parametrize(
    "body", ["", "geen json", "[]", '{"text": 1, "client_id": "1"}', '{"text": "\\ud800", "client_id": "1"}']
)
def test_a_body_that_is_no_message_is_refused(site: TestClient[Any], parent: Parent, body: str) -> None:
    headers = parent.headers | {"Content-Type": "application/json"}
    response = site.post(f"/api/conversations/{parent.id}/messages", content=body, headers=headers)
    assert error_of(response)["code"] == "invalid_request"


def test_a_missing_field_is_named(parent: Parent) -> None:
    error = error_of(parent.post("messages", {"text": "hallo"}))
    assert "client_id" in error["message"]


def test_history_is_the_whole_conversation_oldest_first(parent: Parent) -> None:
    reply = parent.ask("Mijn kind wordt gepest")["messages"][0]
    history = parent.history()
    assert set(history) == {"messages", "owner"}
    assert [m["sender"] for m in history["messages"]] == ["assistant", "parent", "assistant"]
    assert history["messages"][-1] == reply


def test_history_after_an_id_is_what_came_later(parent: Parent) -> None:
    reply = parent.ask("Mijn kind wordt gepest")["messages"][0]
    assert parent.history(after=reply["id"] - 1)["messages"] == [reply]
    assert parent.history(after=reply["id"])["messages"] == []


@pytest.mark.parametrize("after", ["-1", "x", "9" * 30])
def test_history_after_nonsense_is_refused(site: TestClient[Any], parent: Parent, after: str) -> None:
    response = site.get(f"/api/conversations/{parent.id}/messages?after={after}", headers=parent.headers)
    error_of(response)


def test_a_yes_is_kept_and_needs_no_reply(parent: Parent) -> None:
    reply = parent.ask("Mijn kind wordt gepest")["messages"][0]
    body = parent.post("feedback", {"message_id": reply["id"], "helpful": True}).json()
    assert body == {"messages": [], "owner": "assistant"}
    assert parent.history()["messages"][-1]["helpful"] is True


def test_a_no_is_kept_and_followed_by_an_offer_once(parent: Parent) -> None:
    reply = parent.ask("Mijn kind wordt gepest")["messages"][0]
    no = {"message_id": reply["id"], "helpful": False}
    first, second = (parent.post("feedback", no).json()["messages"] for _ in range(2))
    assert [m["kind"] for m in first] == ["offer"]
    assert second == []


def test_of_several_noes_at_once_one_is_followed_by_an_offer(parent: Parent) -> None:
    reply = parent.ask("Mijn kind wordt gepest")["messages"][0]
    no = {"message_id": reply["id"], "helpful": False}
    answers = at_once([lambda: parent.post("feedback", no).json()["messages"]] * 4)
    assert sorted(map(len, answers)) == [0, 0, 0, 1]


def test_the_same_message_several_times_at_once_is_answered_once(parent: Parent) -> None:
    answers = at_once([lambda: parent.send("Mijn kind wordt gepest", "dubbel").status_code] * 4)
    assert answers == [200] * 4
    said = parent.history()["messages"]
    assert [message["sender"] for message in said].count("parent") == 1
    assert [message["kind"] for message in said].count("answer") == 1


def test_the_offer_after_a_no_makes_a_ticket(parent: Parent) -> None:
    reply = parent.ask("Mijn kind wordt gepest")["messages"][0]
    offer = parent.post("feedback", {"message_id": reply["id"], "helpful": False}).json()["messages"][0]
    body = parent.choose(offer["choices"][0]["id"]).json()
    assert body["owner"] == "queue"
    assert body["messages"][0]["kind"] == "handed_over"
    (ticket,) = all_of(Ticket)
    assert ticket.question == "Mijn kind wordt gepest"
    assert ticket.theme == "veiligheid"


@pytest.mark.parametrize("message_id", [0, 999, 2])
def test_feedback_on_what_is_no_answer_of_this_conversation_is_refused(parent: Parent, message_id: int) -> None:
    parent.ask("Mijn kind wordt gepest")  # message 2 is the parent's own
    error = error_of(parent.post("feedback", {"message_id": message_id, "helpful": True}))
    assert error["code"] == "unknown_message"


def test_feedback_on_an_impossible_id_is_refused(parent: Parent) -> None:
    error_of(parent.post("feedback", {"message_id": 10**30, "helpful": True}))


def test_feedback_on_another_conversation_is_refused(site: TestClient[Any], parent: Parent) -> None:
    reply = parent.ask("Mijn kind wordt gepest")["messages"][0]
    error = error_of(Parent.begin(site).post("feedback", {"message_id": reply["id"], "helpful": True}))
    assert error["code"] == "unknown_message"


def test_handoff_without_contact_gives_reference_link_and_promise(site: TestClient[Any], parent: Parent) -> None:
    response = parent.post("handoff", {"question": "Mag de school dit?"})
    assert response.status_code == 201
    body = response.json()
    assert set(body) == {"reference", "link", "promised_by", "mailed"}
    assert body["mailed"] is False
    assert re.fullmatch(r"5010-[2-9A-HJ-NP-Z]{6}", body["reference"])
    assert datetime.fromisoformat(body["promised_by"]).tzinfo
    page = site.get(body["link"].partition("8000")[2])
    assert body["reference"] in page.text
    assert all_of(Outbox) == []


def test_handoff_tells_it_in_the_conversation_and_changes_the_owner(parent: Parent) -> None:
    receipt = parent.post("handoff", {"question": "Mag de school dit?"}).json()
    history = parent.history()
    assert history["owner"] == "queue"
    assert receipt["reference"] in history["messages"][-1]["text"]
    assert history["messages"][-1]["sender"] == "system"


def test_handoff_with_contact_keeps_it_and_mails_a_receipt(parent: Parent) -> None:
    contact = {"email": " ouder@voorbeeld.nl ", "phone": "06 12345678", "when": "na 17.00 uur"}
    receipt = parent.post("handoff", {"question": "Mag dit?", "contact": contact, "consent_reuse": True}).json()
    (ticket,) = all_of(Ticket)
    assert (ticket.email, ticket.phone, ticket.call_when) == ("ouder@voorbeeld.nl", "06 12345678", "na 17.00 uur")
    assert ticket.consent_reuse
    (mail,) = all_of(Outbox)
    assert mail.recipient == "ouder@voorbeeld.nl"
    assert receipt["link"] in mail.body
    assert "Mag dit?" not in mail.subject


def test_consent_is_no_unless_it_is_given(parent: Parent) -> None:
    parent.post("handoff", {"question": "Mag dit?"})
    assert not all_of(Ticket)[0].consent_reuse


def test_handoff_twice_is_one_ticket_and_completes_it(parent: Parent) -> None:
    first = parent.post("handoff", {"question": "Mag dit?"}).json()
    second = parent.post("handoff", {"question": "Iets anders", "contact": {"email": "ouder@voorbeeld.nl"}}).json()
    assert (first.pop("mailed"), second.pop("mailed")) == (False, True)
    assert first == second
    (ticket,) = all_of(Ticket)
    assert (ticket.question, ticket.email) == ("Mag dit?", "ouder@voorbeeld.nl")
    assert len([m for m in all_of(Message) if m.sender == "system"]) == 1


def test_the_same_address_twice_is_one_receipt(parent: Parent) -> None:
    for _ in range(2):
        parent.post("handoff", {"question": "Mag dit?", "contact": {"email": "ouder@voorbeeld.nl"}})
    assert len(all_of(Outbox)) == 1


@pytest.mark.parametrize(
    ("contact", "field"),
    [
        ({"email": "geen adres"}, "email"),
        ({"email": "a@b"}, "email"),
        ({"email": "a@b.nl,c@d.nl"}, "email"),
        ({"email": "a@b.nl\nBcc: c@d.nl"}, "email"),
        ({"phone": "123"}, "phone"),
        ({"phone": "bel mij maar"}, "phone"),
        ({"when": "x" * 121}, "when"),
    ],
)
def test_handoff_with_a_wrong_contact_names_the_field_and_makes_no_ticket(
    parent: Parent, contact: dict[str, str], field: str
) -> None:
    error = error_of(parent.post("handoff", {"question": "Mag dit?", "contact": contact}))
    assert (error["code"], error["field"]) == (f"invalid_{field}", field)
    assert all_of(Ticket) == []


def test_handoff_without_a_question_is_refused(parent: Parent) -> None:
    assert error_of(parent.post("handoff", {"question": "  "}))["code"] == "empty_text"


def test_handoff_at_the_same_moment_is_one_ticket(served: str) -> None:
    with httpx.Client(base_url=served, timeout=20) as client, ThreadPoolExecutor(6) as pool:
        parent = Parent.begin(client)
        answers = list(pool.map(lambda _: parent.post("handoff", {"question": "Mag dit?"}), range(6)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["reference"] for answer in answers}) == 1


def test_after_handoff_what_is_no_question_of_its_own_goes_to_the_adviser_and_says_so(
    parent: Parent, rasa: FakeRasa
) -> None:
    parent.post("handoff", {"question": "Mag dit?"})
    rasa.teach("En nog iets", "nlu_fallback", "action_ask", kind="handoff")
    body = parent.ask("En nog iets")
    assert (body["owner"], [reply["kind"] for reply in body["messages"]]) == ("queue", ["added"])
    assert "Toegevoegd aan uw vraag" in body["messages"][0]["text"]


def test_after_handoff_a_question_of_its_own_is_answered(parent: Parent) -> None:
    parent.post("handoff", {"question": "Mag dit?"})
    (reply,) = parent.ask("Mijn kind wordt gepest")["messages"]
    assert (reply["kind"], reply["intents"]) == ("answer", ["pesten_aanpak"])
    assert "Dit hoort bij mijn vraag" in reply["choices"][-1]["label"]


def test_events_tell_messages_and_the_owner(served: str) -> None:
    with httpx.Client(base_url=served, timeout=20) as client:
        parent = Parent.begin(client)
        url = f"/api/conversations/{parent.id}/events?after=0"
        with client.stream("GET", url, headers=parent.headers) as stream:
            events = events_of(stream)
            assert next(events) == ("owner", "assistant")
            assert json.loads(next(events)[1])["kind"] == "greeting"
            with httpx.Client(base_url=served, timeout=20) as other:
                Parent(other, parent.id, parent.token, []).post("handoff", {"question": "Mag dit?"})
            question, receipt = (json.loads(next(events)[1]) for _ in range(2))
            assert (question["sender"], question["text"]) == ("parent", "Mag dit?")
            assert receipt["kind"] == "handed_over"
            assert set(receipt) == MESSAGE_FIELDS
            assert next(events) == ("owner", "queue")


def test_events_go_on_after_the_last_one_that_was_seen(served: str) -> None:
    with httpx.Client(base_url=served, timeout=20) as client:
        parent = Parent.begin(client)
        parent.ask("Mijn kind wordt gepest")
        last = parent.history()["messages"][-2]["id"]
        headers = parent.headers | {"Last-Event-ID": str(last)}
        with client.stream("GET", f"/api/conversations/{parent.id}/events", headers=headers) as stream:
            events = events_of(stream)
            assert next(events)[0] == "owner"
            assert json.loads(next(events)[1])["id"] == last + 1


def test_events_after_nonsense_begin_with_now(served: str) -> None:
    with httpx.Client(base_url=served, timeout=20) as client:
        parent = Parent.begin(client)
        headers = [*parent.headers.items(), (b"Last-Event-ID", b"\xb2")]
        with client.stream("GET", f"/api/conversations/{parent.id}/events", headers=headers) as stream:
            assert next(events_of(stream)) == ("owner", "assistant")


def test_too_many_messages_in_a_minute_are_refused_in_dutch(parent: Parent) -> None:
    parent.post("handoff", {"question": "Mag dit?"})  # from here Rasa is not asked: quick
    statuses = [parent.send(f"bericht {number}").status_code for number in range(61)]
    assert set(statuses[:60]) == {200}
    error = error_of(parent.send("nog een"), 429)
    assert error["code"] == "too_many_requests"
    assert "bewaard" in error["message"]


def test_one_conversation_at_its_limit_does_not_stop_another(site: TestClient[Any], parent: Parent) -> None:
    parent.post("handoff", {"question": "Mag dit?"})
    for number in range(61):
        parent.send(f"bericht {number}")
    assert Parent.begin(site).send("Mijn kind wordt gepest").status_code == 200


def test_too_many_conversations_from_one_address_are_refused(site: TestClient[Any]) -> None:
    statuses = [site.post("/api/conversations").status_code for _ in range(61)]
    assert statuses == [201] * 60 + [429]


def test_a_parent_who_comes_back_sees_the_answer_of_the_adviser(parent: Parent) -> None:
    parent.post("handoff", {"question": "Mag dit?"})
    (ticket,) = all_of(Ticket)
    with transaction() as session:
        session.add(
            Message(
                conversation_id=ticket.conversation_id,
                sender="adviser",
                text="Ja, dat **mag**.",
                extra={"name": "Aisha"},
                created_at=ticket.created_at,
            )
        )
    last = parent.history()["messages"][-1]
    assert (last["sender"], last["name"]) == ("adviser", "Aisha")
    assert "<strong>mag</strong>" in last["html"]


def events_of(stream: httpx.Response) -> Any:
    """(event, data) of each server-sent event; comments are left out."""
    event = ""
    for line in stream.iter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            event = value
        elif name == "data":
            yield event, value
