"""The migration that takes the text from mail that is gone, and seals that of mail that was given up."""

from __future__ import annotations

from sqlalchemy import Engine, text

from loket.clock import utc_now
from loket.db.base import transaction
from loket.mail import outbox
from loket.mail.models import Outbox
from loket.migrations import migrate
from tests.support.site import all_of

BEFORE = "d07e5a1c93f4"
LINK = "https://loket.test/vraag/geheim"


def test_sent_mail_loses_its_link_what_was_given_up_is_sealed_and_what_waits_is_left(database: Engine) -> None:
    migrate.downgrade(database, BEFORE)
    for name in ("sent", "given up", "waiting"):
        with transaction() as session:
            outbox.put(session, "ouder@voorbeeld.nl", name, LINK, utc_now())
    with database.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text("UPDATE outbox SET sent_at = created_at WHERE subject = 'sent'"))
        connection.execute(text("UPDATE outbox SET failed_at = created_at WHERE subject = 'given up'"))
    migrate.upgrade(database)
    bodies = {row.subject: row.body for row in all_of(Outbox)}
    assert (bodies["sent"], bodies["waiting"]) == ("", LINK)
    assert bodies["given up"].startswith(outbox.SEALED)
    with transaction() as session:
        assert outbox.retry(session, 2, utc_now())
    assert all_of(Outbox)[1].body == LINK
    migrate.downgrade(database, BEFORE)
    migrate.upgrade(database)
