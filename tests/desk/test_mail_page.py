"""The administrator sees the mail that was given up and lets it be tried again."""

from __future__ import annotations

from typing import Any

from litestar.testing import TestClient

from loket.mail.models import Outbox
from tests.desk.test_access import at_desk, mail_given_up
from tests.support.site import all_of, text_of

Site = TestClient[Any]


def test_it_shows_what_was_given_up_and_why(site: Site) -> None:
    mail_given_up()
    with at_desk(site, "administrator") as bea:
        page = text_of(bea.get("/balie/post"))
    assert "ouder@voorbeeld.nl" in page
    assert "de mailserver kent dit adres niet, na 5 keer" in page
    assert "Er is geen mailserver ingesteld" in page


def test_a_retry_puts_it_back_in_the_outbox(site: Site) -> None:
    mail = mail_given_up()
    with at_desk(site, "administrator") as bea:
        answer = bea.post(f"/balie/post/{mail}/opnieuw")
        assert (answer.status_code, answer.headers["location"]) == (303, "/balie/post")
        row = all_of(Outbox)[0]
        assert (row.failed_at, row.refusals, row.attempts) == (None, 0, 0)
        assert "Er is geen post die niet aankwam" in text_of(bea.get("/balie/post"))
        assert bea.post(f"/balie/post/{mail}/opnieuw").status_code == 404


def test_only_the_administrator_has_the_link(site: Site) -> None:
    with at_desk(site, "lead") as lena:
        assert 'href="/balie/post"' not in lena.get("/balie").text
