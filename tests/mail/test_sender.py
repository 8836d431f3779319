"""Outgoing mail against a real SMTP server: at least once, the same Message-ID, later and later after a failure."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import Engine

from loket import settings
from loket.clock import utc_now
from loket.conversations.contact import contact
from loket.db.base import reading, transaction
from loket.exceptions import Refused
from loket.mail import outbox, sender
from loket.mail.models import Outbox
from loket.settings import Settings
from loket.tickets import claims, queue
from loket.tickets.models import Ticket
from tests.conftest import NOON
from tests.support.mail import MailServer
from tests.support.site import all_of, make_account, make_ticket

pytestmark = pytest.mark.usefixtures("database")


def at(moment: datetime) -> sender.Clock:
    return lambda: moment


@pytest.fixture
def configured(database: Engine, server: MailServer) -> Settings:
    return settings.load().model_copy(
        update={"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_security": "none"}
    )


def put(recipient: str = "ouder@voorbeeld.nl", body: str = "Ja, dat mag.\n", now: datetime = NOON) -> Outbox:
    with transaction() as session:
        return outbox.put(session, recipient, "Antwoord op uw vraag – 5010", body, now)


def test_mail_is_sent_as_it_was_written(configured: Settings, server: MailServer) -> None:
    row = put(body="Eén “antwoord”\nmet een regel.\n")
    assert sender.send_waiting(configured, at(NOON)) == 1
    (message,) = server.received
    assert (message["To"], message["Subject"]) == ("ouder@voorbeeld.nl", "Antwoord op uw vraag – 5010")
    assert message["Message-ID"] == row.message_id
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().replace("\r\n", "\n") == "Eén “antwoord”\nmet een regel.\n"


def test_mail_that_was_sent_is_not_sent_again(configured: Settings, server: MailServer) -> None:
    put()
    assert [sender.send_waiting(configured, at(NOON)) for _ in range(2)] == [1, 0]
    assert len(server.received) == 1
    assert all_of(Outbox)[0].sent_at == NOON


def test_without_a_mail_server_mail_waits(database: Engine) -> None:
    put()
    assert sender.send_waiting(settings.load(), at(NOON)) == 0
    assert all_of(Outbox)[0].attempts == 0


@pytest.mark.parametrize("refuse", ["451 later", "550 onbekend adres ouder@voorbeeld.nl"])
def test_mail_that_is_refused_is_tried_later_with_the_same_id(
    configured: Settings, server: MailServer, refuse: str
) -> None:
    row = put()
    server.refuse = refuse
    assert sender.send_waiting(configured, at(NOON)) == 0
    server.refuse = ""
    assert sender.send_waiting(configured, at(NOON + timedelta(minutes=1))) == 0
    assert sender.send_waiting(configured, at(NOON + timedelta(minutes=3))) == 1
    assert server.received[0]["Message-ID"] == row.message_id


def test_the_wait_grows_to_four_hours(configured: Settings, server: MailServer) -> None:
    put()
    server.refuse = "451 later"
    now, waits = NOON, []
    for _ in range(10):
        sender.send_waiting(configured, at(now))
        waits.append(all_of(Outbox)[0].try_after - now)
        now = all_of(Outbox)[0].try_after
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (timedelta(minutes=2), timedelta(hours=4))


def test_an_error_is_kept_without_the_address(configured: Settings, server: MailServer) -> None:
    put()
    server.refuse = "550 onbekend adres ouder@voorbeeld.nl"
    sender.send_waiting(configured, at(NOON))
    assert all_of(Outbox)[0].last_error == "SMTPDataError"


def test_a_mail_server_that_is_down_loses_nothing(configured: Settings, server: MailServer) -> None:
    put()
    down = configured.model_copy(update={"smtp_port": 1})
    assert sender.send_waiting(down, at(NOON)) == 0
    assert all_of(Outbox)[0].sent_at is None
    assert sender.send_waiting(configured, at(NOON + timedelta(minutes=5))) == 1


def test_one_mail_that_fails_does_not_hold_up_the_next(configured: Settings, server: MailServer) -> None:
    put("één@voorbeeld.nl")  # needs an extension that the server does not have
    put("twee@voorbeeld.nl")
    assert sender.send_waiting(configured, at(NOON)) == 1
    assert server.received[0]["To"] == "twee@voorbeeld.nl"


def test_two_senders_at_once_send_it_once(configured: Settings, server: MailServer) -> None:
    for number in range(5):
        put(f"ouder{number}@voorbeeld.nl")
    threads = [threading.Thread(target=sender.send_waiting, args=(configured, at(NOON))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(str(message["To"]) for message in server.received) == [f"ouder{n}@voorbeeld.nl" for n in range(5)]


def test_a_sender_that_died_half_way_is_followed_by_another(configured: Settings, server: MailServer) -> None:
    put()
    with transaction() as session:
        # What the sender writes before it speaks to the server.
        session.query(Outbox).one().try_after = NOON + sender.HOLD
    assert sender.send_waiting(configured, at(NOON)) == 0
    assert sender.send_waiting(configured, at(NOON + sender.HOLD)) == 1


def address_like() -> Any:
    part = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
    return st.builds("{}@{}.nl".format, part, part)


@given(address_like())
def test_every_address_that_is_accepted_makes_a_message(address: str) -> None:
    try:
        accepted = contact(address, None, None).email
    except Refused:
        return
    row = Outbox(message_id="<1@loket5010>", recipient=accepted, subject="Onderwerp", body="Tekst", created_at=NOON)
    raw = sender._message(settings.load(), row)
    local, _, domain = accepted.rpartition("@")
    assert raw.startswith(f"To: {local}@".encode())
    assert raw.split(b"\r\n")[0].endswith(domain.encode("idna"))
    assert raw.count(b"\r\nTo:") == 0


ODD = [
    "=?utf-8?q??=@x.nl",
    "=?utf-8?q?victim=40evil.nl?=@x.nl",
    "a b@x.nl",
    "x@y.nl\r\nBcc: z@y.nl",
    "x@y.nl,z@y.nl",
    "x",
    "@",
]


@pytest.mark.parametrize("address", ODD)
def test_an_odd_address_is_not_taken_in(address: str) -> None:
    with pytest.raises(Refused):
        contact(address, None, None)


def test_odd_addresses_of_before_never_stop_the_others(configured: Settings, server: MailServer) -> None:
    """Forty-five of them once kept every good mail from going out."""
    for number in range(45):
        put(ODD[number % len(ODD)])
    for number in range(5):
        put(f"ouder{number}@voorbeeld.nl")
    now = NOON
    for _ in range(4):
        sender.send_waiting(configured, at(now))
        now += timedelta(seconds=3)
    arrived = [recipient for recipient, _ in server.envelopes]
    assert [f"ouder{n}@voorbeeld.nl" for n in range(5)] == [one for one in arrived if one.startswith("ouder")]
    # What can be an address is mailed as it was typed, and to nobody else.
    assert set(arrived) <= {f"ouder{n}@voorbeeld.nl" for n in range(5)} | set(ODD[:2])
    assert all(row.last_error for row in all_of(Outbox) if row.sent_at is None)


def test_what_the_server_refuses_for_good_is_given_up_and_seen(configured: Settings, server: MailServer) -> None:
    put()
    server.refuse = "550 onbekend adres"
    now = NOON
    for _ in range(configured.mail_tries + 2):
        sender.send_waiting(configured, at(now))
        now += timedelta(days=1)
    row = all_of(Outbox)[0]
    assert (row.attempts, row.failed_at is not None) == (configured.mail_tries, True)
    with reading() as session:
        assert outbox.backlog(session) == outbox.Backlog(waiting=0, failed=1, oldest=None)
        assert [mail.id for mail in outbox.given_up(session, 10)] == [row.id]


def test_what_the_server_refuses_for_now_is_not_given_up(configured: Settings, server: MailServer) -> None:
    put()
    server.refuse = "451 later"
    now = NOON
    for _ in range(60):
        sender.send_waiting(configured, at(now))
        now += timedelta(hours=5)
    assert (all_of(Outbox)[0].attempts, all_of(Outbox)[0].failed_at) == (60, None)
    server.refuse = ""
    assert sender.send_waiting(configured, at(now)) == 1


def send_for_days(configured: Settings, times: int) -> Outbox:
    for day in range(times):
        sender.send_waiting(configured, at(NOON + timedelta(days=day)))
    (row,) = all_of(Outbox)
    return row


@pytest.mark.parametrize(("answer", "given_up"), [("550 onbekend adres", True), ("450 later", False)])
def test_an_address_that_the_server_does_not_know_is_given_up_and_a_busy_mailbox_is_not(
    configured: Settings, server: MailServer, answer: str, given_up: bool
) -> None:
    put()
    server.refuse_recipient = answer
    row = send_for_days(configured, configured.mail_tries)
    assert (row.last_error, row.failed_at is not None) == ("SMTPRecipientsRefused", given_up)


def test_a_mail_of_which_no_message_can_be_made_is_given_up(configured: Settings) -> None:
    put("x")
    row = send_for_days(configured, configured.mail_tries)
    assert (row.last_error, row.failed_at is not None) == ("ValueError", True)


def test_a_refused_login_of_ours_says_nothing_of_the_mail(configured: Settings, server: MailServer) -> None:
    """A password that was changed at the mail server would otherwise give up everything that waits."""
    put()
    server.refuse_login = "535 verkeerd wachtwoord"
    ours = configured.model_copy(update={"smtp_user": "loket", "smtp_password": SecretStr("oud")})
    row = send_for_days(ours, configured.mail_tries + 2)
    assert (row.last_error, row.refusals, row.failed_at) == ("SMTPAuthenticationError", 0, None)


def test_what_the_server_does_not_offer_says_nothing_of_the_mail(configured: Settings, server: MailServer) -> None:
    """A server that lost STARTTLS for an hour would otherwise give up everything that waits."""
    put()
    secure = configured.model_copy(update={"smtp_security": "starttls"})
    row = send_for_days(secure, configured.mail_tries + 2)
    assert (row.last_error, row.refusals, row.failed_at) == ("SMTPNotSupportedError", 0, None)


def test_an_address_with_letters_that_the_server_does_not_know_is_given_up(
    configured: Settings, server: MailServer
) -> None:
    put("ouder.één@voorbeeld.test")
    row = send_for_days(configured, configured.mail_tries)
    assert (row.last_error, row.failed_at is not None) == ("AddressNotAccepted", True)


@pytest.mark.parametrize("domain", ["ｖoorbeeld.nl", "VOORBEELD.nl", "voorbeeld。nl"])
def test_one_mailbox_has_one_spelling(domain: str) -> None:
    """Limits count mailboxes: no other letters that mail takes for the same make another one."""
    assert contact(f"ouder@{domain}", None, None).email == "ouder@voorbeeld.nl"


def test_a_retry_begins_to_count_anew(configured: Settings, server: MailServer) -> None:
    put()
    server.refuse = "550 onbekend adres"
    row = send_for_days(configured, configured.mail_tries)
    later = NOON + timedelta(days=30)
    with transaction() as session:
        assert outbox.retry(session, row.id, later)
    sender.send_waiting(configured, at(later))
    (again,) = all_of(Outbox)
    assert again.failed_at is None, "one more refusal is not the last"
    assert again.try_after == later + timedelta(minutes=2), "and the wait is short again"


def test_a_mail_that_was_given_up_is_sent_after_a_retry(configured: Settings, server: MailServer) -> None:
    put()
    with transaction() as session:
        session.query(Outbox).one().failed_at = NOON
    assert sender.send_waiting(configured, at(NOON)) == 0
    with transaction() as session:
        assert outbox.retry(session, session.query(Outbox).one().id, NOON)
    assert sender.send_waiting(configured, at(NOON)) == 1
    with transaction() as session:
        assert not outbox.retry(session, session.query(Outbox).one().id, NOON), "it is not given up any more"


def test_the_clock_is_read_for_every_mail(configured: Settings, server: MailServer) -> None:
    for _ in range(3):
        put()
    moments = iter(NOON + timedelta(minutes=minute) for minute in range(100))
    sender.send_waiting(configured, lambda: next(moments))
    sent = [row.sent_at for row in all_of(Outbox)]
    assert len(set(sent)) == 3


def test_every_text_is_emptied_once_it_is_sent_and_not_before(configured: Settings, server: MailServer) -> None:
    put(body="https://loket.test/vraag/geheim")
    server.refuse = "451 later"
    sender.send_waiting(configured, at(NOON))
    assert "geheim" in all_of(Outbox)[0].body
    server.refuse = ""
    sender.send_waiting(configured, at(NOON + timedelta(minutes=5)))
    assert all_of(Outbox)[0].body == ""
    assert "geheim" in server.received[0].get_content()


def test_no_sent_mail_about_a_question_keeps_its_private_link(configured: Settings, server: MailServer) -> None:
    ticket, who = make_ticket(contact=contact("ouder@voorbeeld.nl", None, None)), make_account()
    with transaction() as session:
        claims.claim(session, ticket.id, who, utc_now())
        found = session.get_one(Ticket, ticket.id)
        queue.reply(session, found, who, "Hoe oud is uw kind?", utc_now(), asks=True)
        queue.reply(session, found, who, "Dat mag.", utc_now())
    assert sender.send_waiting(configured, utc_now) == 3
    assert all(f"/vraag/{ticket.token}" in message.get_content() for message in server.received)
    assert [row.body for row in all_of(Outbox)] == ["", "", ""]


def give_up(configured: Settings, server: MailServer) -> None:
    put(body="https://loket.test/vraag/geheim\n")
    server.refuse = "550 no such user"
    now = NOON
    while all_of(Outbox)[0].failed_at is None:
        sender.send_waiting(configured, at(now))
        now = all_of(Outbox)[0].try_after
    server.refuse = ""


def test_a_mail_that_is_given_up_opens_nothing_and_can_be_tried_again(configured: Settings, server: MailServer) -> None:
    give_up(configured, server)
    assert "geheim" not in all_of(Outbox)[0].body
    with transaction() as session:
        assert outbox.retry(session, 1, NOON)
    assert sender.send_waiting(configured, at(NOON)) == 1
    assert server.received[-1].get_content().splitlines() == ["https://loket.test/vraag/geheim"]


def test_under_another_key_a_mail_that_was_given_up_stays_where_it_is(
    configured: Settings, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_up(configured, server)
    monkeypatch.setenv("LOKET_SECRET_KEY", "een heel andere sleutel dan daarvoor")
    settings.load.cache_clear()
    with pytest.raises(outbox.Unreadable), transaction() as session:
        outbox.retry(session, 1, NOON)
    assert all_of(Outbox)[0].failed_at is not None


def test_old_mail_is_forgotten_with_its_address() -> None:
    put()
    with transaction() as session:
        assert outbox.forget(session, NOON + timedelta(days=29), 30) == 0
        assert outbox.forget(session, NOON + timedelta(days=31), 30) == 1
    assert all_of(Outbox) == []


def test_a_mail_says_when_it_was_written_and_keeps_its_letters(configured: Settings, server: MailServer) -> None:
    with transaction() as session:
        outbox.put(session, "a@voorbeeld.nl", "Één vraag", "Coördinator: ça va?\n= 5 €\n", NOON)
    sender.send_waiting(configured, at(NOON))
    message = server.received[0]
    assert (message["Subject"], message["Date"].datetime) == ("Één vraag", NOON)
    assert message.get_content().splitlines() == ["Coördinator: ça va?", "= 5 €"]
