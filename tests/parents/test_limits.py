"""How much parents may send: through the page, the API, hand-over, verdicts, the private page; and what a refused one reads."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from litestar.testing import TestClient
from sqlalchemy import Engine, update

from loket import settings
from loket.accounts.models import Account
from loket.clock import utc_now
from loket.conversations import limited
from loket.conversations.models import Conversation, Message
from loket.db import counters
from loket.db.base import transaction
from loket.db.counters import RateCount
from loket.desk import live_chat_pages
from loket.mail.models import Outbox
from loket.parents import api, limits
from loket.tickets import receipts
from loket.tickets.models import Ticket
from loket.updates.hub import Hub
from tests.support.rasa import FakeRasa
from tests.support.service import Parent
from tests.support.site import Adviser, all_of, hidden, make_ticket, text_of

Site = TestClient[Any]
OUTSIDE = {"X-Forwarded-For": "203.0.113.7"}


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every limit is small, so that tests are quick."""
    for name in (
        "CONVERSATIONS_PER_HOUR",
        "HANDOFFS_PER_HOUR",
        "FEEDBACK_PER_HOUR",
        "ADDITIONS_PER_HOUR",
        "RECEIPTS_PER_HOUR",
    ):
        monkeypatch.setenv(f"LOKET_{name}", "3")
    monkeypatch.setenv("LOKET_MESSAGES_PER_MINUTE", "4")
    monkeypatch.setenv("LOKET_RESTARTS_PER_HOUR", "2")
    monkeypatch.setenv("LOKET_STREAM_OPENINGS_PER_MINUTE", "2")
    monkeypatch.setenv("LOKET_CONTACT_PHONE", "5010")
    settings.load.cache_clear()


def begin(site: Site, **headers: str) -> Any:
    """A first message from a browser without a cookie; the question goes to people, so Rasa is not asked."""
    site.cookies.clear()
    return site.post("/vraag-achterlaten", data={"question": "Mag dit?"}, headers=headers)


def test_sixty_first_messages_an_hour_are_sixty_on_the_page(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOKET_CONVERSATIONS_PER_HOUR", "6")
    settings.load.cache_clear()
    statuses = []
    for _ in range(7):
        site.cookies.clear()
        statuses.append(site.post("/", data={"text": "Mijn kind wordt gepest"}).status_code)
    assert statuses == [303] * 6 + [429]
    assert len(all_of(Conversation)) == 6


def test_page_form_and_api_share_one_count_of_an_address(site: Site, few: None) -> None:
    assert site.post("/", data={"text": "Mijn kind wordt gepest"}).status_code == 303
    assert begin(site).status_code == 303
    assert site.post("/api/conversations").status_code == 201
    assert site.post("/api/conversations").status_code == 429
    assert begin(site).status_code == 429


def test_a_conversation_that_goes_on_is_no_new_one(site: Site, few: None) -> None:
    begin(site)
    assert [site.post("/", data={"text": f"nog {n}"}).status_code for n in range(4)] == [303] * 4


def test_the_refused_parent_reads_when_whom_to_call_and_keeps_the_text(site: Site, few: None) -> None:
    for _ in range(3):
        begin(site)
    site.cookies.clear()
    page = site.post("/", data={"text": "Mijn lange verhaal"})
    assert page.status_code == 429
    assert 3500 < int(page.headers["retry-after"]) <= 3600
    assert ">Mijn lange verhaal</textarea>" in page.text
    for part in ("Probeer het opnieuw over 60 minuten", "bellen: 5010", "Bel 112", "113"):
        assert part in text_of(page), part


def test_without_a_number_no_telephone_is_named(site: Site, few: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOKET_CONTACT_PHONE", "")
    settings.load.cache_clear()
    for _ in range(3):
        begin(site)
    page = text_of(begin(site))
    assert "bellen:" not in page
    assert "Bel 112" in page


def test_the_form_that_was_refused_keeps_what_was_typed(site: Site, few: None) -> None:
    for _ in range(3):
        begin(site)
    site.cookies.clear()
    form = {"question": "Mag dit?", "email": "ouder@voorbeeld.nl", "when": "na vijf"}
    page = site.post("/vraag-achterlaten", data=form)
    assert page.status_code == 429
    for kept in (">Mag dit?</textarea>", 'value="ouder@voorbeeld.nl"', 'value="na vijf"'):
        assert kept in page.text


def test_a_program_is_told_the_same_in_the_apis_shape(site: Site, few: None) -> None:
    for _ in range(3):
        site.post("/api/conversations")
    answer = site.post("/api/conversations")
    assert answer.status_code == 429
    assert answer.json()["error"]["code"] == "too_many_requests"
    assert int(answer.headers["retry-after"]) > 0


def test_a_limit_of_another_kind_does_not_shorten_the_hour(site: Site, few: None) -> None:
    """Messages count by the minute. That must not end the hour of the conversations."""
    for _ in range(3):
        begin(site)
    site.post("/", data={"text": "nog iets"})
    ends = {row.key.split("/")[0]: row.ends_at for row in all_of(RateCount)}
    assert (ends["conversations"] - ends["messages"]).total_seconds() > 3000


@pytest.mark.parametrize("path", ["messages", "handoff", "feedback"])
def test_who_has_no_token_cannot_use_up_anothers_limit(site: Site, parent: Parent, few: None, path: str) -> None:
    body = {"client_id": "1", "text": "hallo", "question": "Mag dit?", "message_id": 1, "helpful": True}
    for _ in range(8):
        assert site.post(f"/api/conversations/{parent.id}/{path}", json=body).status_code == 401
    assert [row.key for row in all_of(RateCount) if "conversations" not in row.key] == []
    assert parent.post("handoff", {"question": "Mag dit?"}).status_code == 201


def test_long_ids_leave_nothing_behind(site: Site) -> None:
    for _ in range(5):
        assert (
            site.post(f"/api/conversations/{'x' * 6000}/messages", json={"client_id": "1", "text": "a"}).status_code
            == 401
        )
    assert all_of(RateCount) == []


def test_handing_over_is_limited(parent: Parent, few: None) -> None:
    statuses = [parent.post("handoff", {"question": "Mag dit?"}).status_code for _ in range(4)]
    assert statuses == [201] * 3 + [429]


def test_handing_over_on_the_page_is_limited(site: Site, few: None) -> None:
    begin(site)
    statuses = [site.post("/vraag-achterlaten", data={"question": "Mag dit?"}).status_code for _ in range(3)]
    page = site.post("/vraag-achterlaten", data={"question": "Mag dit?", "phone": "0612345678"})
    assert [*statuses, page.status_code] == [303] * 3 + [429]
    assert "Uw vraag is bewaard. Probeer het opnieuw over" in text_of(page)
    assert 'value="0612345678"' in page.text


def test_verdicts_are_limited_on_page_and_api_together(site: Site, rasa: FakeRasa, few: None) -> None:
    site.post("/", data={"text": "Mijn kind wordt gepest"})
    form = {"message_id": hidden(site.get("/"), "message_id"), "helpful": "ja"}
    assert [site.post("/reactie", data=form).status_code for _ in range(3)] == [303] * 3
    (conversation,) = all_of(Conversation)
    body = {"message_id": int(form["message_id"]), "helpful": False}
    assert site.post(f"/api/conversations/{conversation.id}/feedback", json=body).status_code == 429


def test_additions_to_a_question_are_limited_and_kept(site: Site, few: None) -> None:
    ticket = make_ticket()
    statuses = [site.post(f"/vraag/{ticket.token}", data={"text": f"nog {n}"}).status_code for n in range(3)]
    page = site.post(f"/vraag/{ticket.token}", data={"text": "en dit nog"})
    assert [*statuses, page.status_code] == [303, 303, 303, 429]
    assert ">en dit nog</textarea>" in page.text
    assert "Retry-After" in page.headers
    assert "en dit nog" not in [message.text for message in all_of(Message)]


def test_a_question_grows_by_so_many_characters_an_hour_on_all_its_pages(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOKET_CHARACTERS_PER_HOUR", "9000")
    settings.load.cache_clear()
    begin(site)
    (ticket,) = all_of(Ticket)
    assert site.post(f"/vraag/{ticket.token}", data={"text": "a" * 4500}).status_code == 303
    page = site.post("/", data={"text": "b" * 4900})
    assert page.status_code == 429
    assert "veel tekst" in text_of(page)


def test_new_conversations_by_starting_again_are_limited(site: Site, few: None) -> None:
    statuses = []
    for _ in range(3):
        begin(site)
        statuses.append(site.post("/opnieuw").status_code)
    assert statuses == [303, 303, 429]


def test_only_two_addresses_of_one_question_get_mail_and_each_once(parent: Parent) -> None:
    def leave(email: str) -> Any:
        return parent.post("handoff", {"question": "Mag dit?", "contact": {"email": email}})

    for email in ("een@voorbeeld.nl", "twee@voorbeeld.nl", "een@voorbeeld.nl", "EEN@voorbeeld.nl"):
        assert leave(email).status_code == 201
    refused = leave("drie@voorbeeld.nl")
    assert refused.status_code == 400
    assert (refused.json()["error"]["code"], refused.json()["error"]["field"]) == ("too_many_addresses", "email")
    assert [mail.recipient for mail in all_of(Outbox)] == ["een@voorbeeld.nl", "twee@voorbeeld.nl"]


def test_the_third_address_is_refused_beside_its_field(site: Site) -> None:
    for email in ("een@voorbeeld.nl", "twee@voorbeeld.nl"):
        site.post("/vraag-achterlaten", data={"question": "Mag dit?", "email": email})
    page = site.post("/vraag-achterlaten", data={"question": "Mag dit?", "email": "drie@voorbeeld.nl"})
    assert page.status_code == 422
    assert 'id="email-error"' in page.text
    assert len(all_of(Outbox)) == 2


def test_each_limit_has_a_count_of_its_own(sqlite: Engine, few: None) -> None:
    """Several are by the hour: what was handed over must not use up what may be added."""
    for _ in range(3):
        limits.count(limits.HANDOFFS, "gesprek")
    limits.count(limits.ADDITIONS, "gesprek")
    with pytest.raises(limits.TooMany):
        limits.count(limits.HANDOFFS, "gesprek")


def test_who_has_the_table_but_not_the_key_cannot_find_an_address_in_it(
    sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There are few enough addresses to try them all: what is kept depends on a key as well."""
    for key in ("een sleutel van de balie, verder nergens", "een heel andere sleutel van de balie"):
        monkeypatch.setenv("LOKET_SECRET_KEY", key)
        settings.load.cache_clear()
        limits.count(limits.RESTARTS, "address 203.0.113.7")
    assert [row.count for row in all_of(RateCount)] == [1, 1]


@pytest.mark.parametrize("where", ["page", "hand-over on the page", "API", "hand-over by the API"])
def test_text_counts_wherever_it_comes_in(
    site: Site, parent: Parent, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setenv("LOKET_CHARACTERS_PER_HOUR", "5000")
    settings.load.cache_clear()
    begin(site)
    sent = {
        "page": lambda: site.post("/", data={"text": "a" * 3000}),
        "hand-over on the page": lambda: site.post("/vraag-achterlaten", data={"question": "a" * 3000}),
        "API": lambda: parent.post("messages", {"client_id": uuid4().hex, "text": "a" * 3000}),
        "hand-over by the API": lambda: parent.post("handoff", {"question": "a" * 3000}),
    }[where]
    assert [sent().status_code < 400, sent().status_code] == [True, 429]


def test_however_many_questions_name_an_address_it_gets_few_receipts(
    site: Site, few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOKET_CONVERSATIONS_PER_HOUR", "60")
    settings.load.cache_clear()
    for number in range(5):
        site.cookies.clear()
        email = "derde@voorbeeld.nl" if number < 3 else f"Derde+{number}@voorbeeld.nl"
        form = {"question": "Mag dit?", "email": email}
        assert site.post("/vraag-achterlaten", data=form).status_code == 303
        page = text_of(site.get("/"))
        assert ("Wij hebben u geen bevestiging gemaild" in page) == (number >= 3)
    assert (len(all_of(Ticket)), len(all_of(Outbox))) == (5, 3)
    private = text_of(site.get(f"/vraag/{all_of(Ticket)[-1].token}"))
    assert "Wij hebben u geen bevestiging gemaild" in private
    assert "het antwoord mailen wij wel" in private
    assert not [row.key for row in all_of(RateCount) if "derde" in row.key.lower()]


def test_a_program_is_told_that_no_receipt_was_mailed_and_may_ask_again_an_hour_later(site: Site, few: None) -> None:
    def leave(parent: Parent) -> Any:
        body = {"question": "Mag dit?", "contact": {"email": "derde@voorbeeld.nl"}}
        return parent.post("handoff", body).json()["mailed"]

    with transaction() as session:
        for _ in range(3):
            counters.count(session, f"receipts/{receipts.mark('derde@voorbeeld.nl')}", 3600, utc_now())
    parent = Parent.begin(site)
    assert not leave(parent)
    assert not parent.post("handoff", {"question": "Mag dit?"}).json()["mailed"]
    with transaction() as session:
        session.execute(update(RateCount).values(ends_at=utc_now()))
    assert leave(parent)
    assert [mail.recipient for mail in all_of(Outbox)] == ["derde@voorbeeld.nl"]


def test_a_question_that_is_not_kept_counts_no_receipt(database: Engine) -> None:
    with transaction() as session:
        counters.count(session, "receipts/x", 3600, utc_now())
        session.rollback()
    assert all_of(RateCount) == []


def test_who_may_give_no_more_addresses_reads_whom_to_call(parent: Parent, few: None) -> None:
    for email in ("een@voorbeeld.nl", "twee@voorbeeld.nl", "drie@voorbeeld.nl"):
        answer = parent.post("handoff", {"question": "Mag dit?", "contact": {"email": email}})
    assert answer.status_code == 400
    for part in ("U kunt ons ook bellen: 5010.", "bel 112"):
        assert part in answer.json()["error"]["message"], part
    assert "Probeer het opnieuw over" not in answer.json()["error"]["message"], "waiting does not help"


def test_who_has_too_many_windows_open_reads_when_to_try_again_and_whom_to_call(
    site: Site, parent: Parent, few: None
) -> None:
    with contextlib.ExitStack() as open_windows:
        for _ in range(settings.load().streams_per_conversation):
            open_windows.enter_context(site.app.state.hub.conversation(parent.id, "203.0.113.7"))
        answer = site.get(f"/api/conversations/{parent.id}/events", headers=parent.headers)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
    for part in ("Probeer het opnieuw over 1 minuut.", "U kunt ons ook bellen: 5010.", "bel 112"):
        assert part in answer.json()["error"]["message"], part


def test_live_updates_opened_over_and_over_are_refused_by_every_process(site: Site, parent: Parent, few: None) -> None:
    def opened() -> httpx.Response:
        # No room at the same time, so that no stream begins and the answer ends.
        return site.get(f"/api/conversations/{parent.id}/events", headers=parent.headers)

    with contextlib.ExitStack() as open_windows:
        for _ in range(settings.load().streams_per_conversation):
            open_windows.enter_context(site.app.state.hub.conversation(parent.id, "203.0.113.7"))
        texts = [opened().json()["error"]["message"] for _ in range(3)]
    assert ["vaak geopend" in text for text in texts] == [False, False, True]
    assert "Probeer het opnieuw over" in texts[-1]


def test_a_desk_page_over_the_limit_is_refused_before_its_stream_begins(site: Site, adviser: Adviser) -> None:
    hub = site.app.state.hub
    with contextlib.ExitStack() as open_windows:
        for _ in range(settings.load().streams_per_account):
            open_windows.enter_context(hub.desk(str(adviser.account.id), lambda _: False))
        answer = adviser.get("/balie/events")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
    assert "Sluit er een." in text_of(answer)


def test_a_place_taken_in_the_meantime_ends_the_stream_without_breaking_it() -> None:
    hub = Hub(settings.load().model_copy(update={"streams_per_account": 0, "streams_per_conversation": 0}))
    who = Account(id=1, name="Aisha", role="adviser")

    async def heard(stream: AsyncIterator[Any]) -> list[Any]:
        return [event async for event in stream]

    assert asyncio.run(heard(live_chat_pages._changes(hub, "token", who, lambda _: False))) == []
    assert asyncio.run(heard(api._events(hub, "gesprek", "203.0.113.7", None))) == []


def test_who_waits_as_long_as_was_said_finds_the_window_over(sqlite: Engine, few: None) -> None:
    for _ in range(3):
        limits.count(limits.HANDOFFS, "gesprek")
    with pytest.raises(limits.TooMany) as refused:
        limits.count(limits.HANDOFFS, "gesprek")
    (row,) = all_of(RateCount)
    assert utc_now() + timedelta(seconds=refused.value.retry_after) >= row.ends_at


def test_whatever_comes_after_a_plus_is_the_same_mailbox(database: Engine, few: None) -> None:
    with transaction() as session:
        room = [
            receipts._has_room(session, f"derde{more}@voorbeeld.nl", utc_now()) for more in ("", "+a", "+a+b", "+c+d")
        ]
    assert room == [True, True, True, False]


def test_no_address_can_be_read_in_the_counts(site: Site) -> None:
    begin(site)
    begin(site, **OUTSIDE)
    assert not [row.key for row in all_of(RateCount) if "203.0" in row.key or "testclient" in row.key]


@pytest.mark.parametrize(
    ("env", "exempt"),
    [({}, True), ({"TRUSTED_PROXIES": "127.0.0.1"}, False), ({"BASE_URL": "https://vraag.example.nl"}, False),
     ({"BASE_URL": "http://localhost:9000"}, True)],
    ids=str,
)  # fmt: skip
def test_this_machine_is_an_exception_only_in_development(
    monkeypatch: pytest.MonkeyPatch, env: dict[str, str], exempt: bool
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(f"LOKET_{name}", value)
    settings.load.cache_clear()
    assert limits._exempt("127.0.0.1", settings.load()) is exempt
    assert not limits._exempt("203.0.113.7", settings.load())


@pytest.mark.parametrize(
    ("seconds", "words"), [(1, "1 seconde"), (59, "59 seconden"), (60, "1 minuut"), (61, "2 minuten"), (720, "12 minuten")]
)  # fmt: skip
def test_how_long_is_told_in_words(seconds: int, words: str) -> None:
    assert limited.in_words(seconds) == words


def test_a_redis_that_is_away_lets_parents_go_on_and_is_counted(
    site: Site, few: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("LOKET_REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(limits, "uncounted", limits.Uncounted())
    settings.load.cache_clear()
    before = limits.uncounted.total
    for _ in range(4):
        limits.count(limits.HANDOFFS, "gesprek")
    assert limits.uncounted.total == before + 4
    assert caplog.text.count("limits are not counted for 5 s") == 1


def test_a_redis_that_is_away_is_asked_again_after_a_while(
    own_settings: Any, few: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("LOKET_REDIS_URL", "redis://127.0.0.1:2/0")
    monkeypatch.setattr(limits, "uncounted", limits.Uncounted())
    settings.load.cache_clear()
    now = 1000.0
    monkeypatch.setattr(limits.time, "monotonic", lambda: now)
    limits.count(limits.HANDOFFS, "gesprek")
    now += limits.AWAY_SECONDS + 1
    limits.count(limits.HANDOFFS, "gesprek")
    assert caplog.text.count("limits are not counted") == 2


def test_two_processes_share_the_counts_in_redis(own_settings: Any, few: None, monkeypatch: pytest.MonkeyPatch) -> None:
    url = os.environ.get("LOKET_TEST_REDIS")
    if not url:
        from tests.conftest import missing

        missing("Redis (LOKET_TEST_REDIS)")
    monkeypatch.setenv("LOKET_REDIS_URL", str(url))
    settings.load.cache_clear()
    limits._limiter(str(url)).storage.reset()
    for _ in range(3):
        limits.count(limits.HANDOFFS, "gesprek")
        limits._limiter.cache_clear()  # as another process would begin
    with pytest.raises(limits.TooMany) as refused:
        limits.count(limits.HANDOFFS, "gesprek")
    assert 3500 < refused.value.retry_after <= 3600
    limits.count(limits.HANDOFFS, "een ander gesprek")
