"""The desk: who gets in, what they see, and that no typed answer is lost."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from litestar.routes import HTTPRoute
from litestar.testing import RequestFactory, TestClient
from sqlalchemy import select

from loket.accounts import credentials
from loket.accounts.models import Audit, StaffSession
from loket.clock import utc_now
from loket.conversations.models import Message
from loket.db.base import transaction
from loket.desk import session as desk_session
from loket.tickets import claims
from loket.tickets.models import Ticket
from tests.conftest import NOON
from tests.support.service import Parent
from tests.support.site import PASSWORD, Adviser, all_of, logged_in, make_account, make_ticket, text_of

Site = TestClient[Any]
OPEN_TO_ALL = {
    "/balie/inloggen",
    "/balie/inloggen/code",
    "/balie/inloggen/openid",
    "/balie/inloggen/openid/terug",
    "/balie/wachtwoord-vergeten",
    "/balie/link/{token:str}",
}


def desk_routes(site: Site) -> list[tuple[str, str]]:
    """Every (method, path) below /balie that only staff may use, as the application has it."""
    return [
        (method, re.sub(r"\{[^}]+\}", "1", route.path))
        for route in site.app.routes
        if isinstance(route, HTTPRoute) and route.path.startswith("/balie") and route.path not in OPEN_TO_ALL
        for method in sorted(route.methods - {"OPTIONS"})
    ]


def test_no_desk_page_opens_without_logging_in(site: Site) -> None:
    make_ticket()
    routes = desk_routes(site)
    assert len(routes) >= 10
    for method, path in routes:
        answer = site.request(method, path, data={"text": "x"} if method == "POST" else None)
        assert (answer.status_code, answer.headers.get("location")) == (303, "/balie/inloggen"), (method, path)


@pytest.mark.parametrize("cookie", ["", "zomaar", "é"])
def test_a_wrong_cookie_opens_nothing(site: Site, cookie: str) -> None:
    answer = site.get("/balie", headers={"Cookie": f"balie={cookie}".encode()})
    assert answer.headers["location"] == "/balie/inloggen"


def test_a_one_time_password_opens_only_the_page_to_change_it(site: Site) -> None:
    with transaction() as session:
        account, once = credentials.add(session, "nieuw@loket.test", "Nieuw", "adviser", utc_now())
    make_ticket()
    answer = site.post("/balie/inloggen", data={"email": account.email, "password": once})
    assert answer.headers["location"] == "/balie/wachtwoord"
    for method, path in desk_routes(site):
        if path not in desk_session.WITH_ONE_TIME_PASSWORD:
            answer = site.request(method, path, data={"text": "x"} if method == "POST" else None)
            assert answer.headers.get("location") == "/balie/wachtwoord", (method, path)
    assert all_of(Ticket)[0].state == "open"
    answer = site.post("/balie/wachtwoord", data={"old": once, "new": PASSWORD})
    assert answer.headers["location"] == "/balie"
    assert site.get("/balie").status_code == 200


def test_the_staff_cookie_is_closed_to_scripts_and_other_sites(site: Site) -> None:
    account = make_account()
    answer = site.post("/balie/inloggen", data={"email": account.email, "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/balie" in cookie


def test_logging_in_again_ends_the_earlier_login_of_this_browser(site: Site) -> None:
    account = make_account()
    for _ in range(2):
        site.post("/balie/inloggen", data={"email": account.email, "password": PASSWORD})
    assert len(all_of(StaffSession)) == 1


def test_a_failed_login_keeps_the_address_and_does_not_say_what_was_wrong(site: Site) -> None:
    account = make_account()
    wrong = site.post("/balie/inloggen", data={"email": account.email, "password": "verkeerd"})
    unknown = site.post("/balie/inloggen", data={"email": "niemand@loket.test", "password": "verkeerd"})
    assert wrong.status_code == unknown.status_code == 422
    assert f'value="{account.email}"' in wrong.text
    assert wrong.text.replace(account.email, "") == unknown.text.replace("niemand@loket.test", "")


def test_guessing_is_slowed_down_in_dutch(site: Site) -> None:
    account = make_account()
    for _ in range(5):
        site.post("/balie/inloggen", data={"email": account.email, "password": "gok"})
    page = site.post("/balie/inloggen", data={"email": account.email, "password": PASSWORD})
    assert "Wacht 30 seconden" in page.text


def test_logging_out_ends_it(adviser: Adviser) -> None:
    assert adviser.post("/balie/uitloggen").headers["location"] == "/balie/inloggen"
    assert all_of(StaffSession) == []


@pytest.mark.parametrize(("path", "kept"), [("/balie", True), ("/balie/events", False)])
def test_who_uses_the_desk_stays_logged_in_and_an_open_page_alone_is_no_use(
    adviser: Adviser, path: str, kept: bool
) -> None:
    """A page that is left open keeps asking for news; it must not keep the desk open all night."""
    with transaction() as session:
        (login,) = session.scalars(select(StaffSession))
        login.seen_at = before = utc_now() - timedelta(minutes=90)
    cookie = {"Cookie": f"{desk_session.NAME}={adviser.client.cookies[desk_session.NAME]}"}
    # The stream does not end, so only what stands in front of it is asked.
    request = RequestFactory(app=adviser.client.app).get(path, headers=cookie)
    desk_session.guard(request, adviser.client.app.routes[0].route_handlers[0])
    assert (all_of(StaffSession)[0].seen_at > before) is kept


def test_a_changed_password_keeps_this_browser_and_ends_the_others(site: Site, adviser: Adviser) -> None:
    other = TestClient(site.app)
    other.follow_redirects = False
    other.blocking_portal = site.blocking_portal
    other.post("/balie/inloggen", data={"email": adviser.account.email, "password": PASSWORD})
    adviser.post("/balie/wachtwoord", old=PASSWORD, new="een heel andere zin")
    assert adviser.get("/balie").status_code == 200
    assert other.get("/balie").status_code == 303


def test_a_password_that_will_not_do_is_explained(adviser: Adviser) -> None:
    page = adviser.post("/balie/wachtwoord", old=PASSWORD, new="kort")
    assert page.status_code == 422
    assert "ten minste 12 tekens" in page.text


def test_the_list_has_urgent_first_and_then_the_earliest_promise(adviser: Adviser) -> None:
    late = make_ticket("laatst", NOON + timedelta(days=3))
    early = make_ticket("eerder", NOON)
    urgent = make_ticket("dringend", NOON + timedelta(days=9), urgent=True)
    shown = re.findall(r"5010-\w{6}", adviser.get("/balie").text)
    assert shown == [urgent.reference, early.reference, late.reference]


def test_the_list_leaves_out_what_is_closed(adviser: Adviser) -> None:
    ticket = make_ticket()
    adviser.post(f"/balie/vragen/{ticket.id}/claim")
    adviser.post(f"/balie/vragen/{ticket.id}/sluiten", intent="")
    assert ticket.reference not in adviser.get("/balie").text


def test_the_list_says_what_is_late_and_who_is_busy(adviser: Adviser) -> None:
    ticket = make_ticket(now=NOON - timedelta(days=300))
    adviser.post(f"/balie/vragen/{ticket.id}/claim")
    page = text_of(adviser.get("/balie"))
    assert "te laat" in page
    assert f"een adviseur is bezig: {adviser.account.name}" in page


def test_an_empty_list_says_so(adviser: Adviser) -> None:
    assert "Er zijn geen open vragen." in adviser.get("/balie").text


def test_the_ticket_page_has_the_conversation_the_route_and_what_the_assistant_thought(
    site: Site, adviser: Adviser
) -> None:
    parent = Parent.begin(site)
    parent.ask("Mijn kind wordt gepest")
    parent.post("handoff", {"question": "Mijn kind wordt gepest", "contact": {"phone": "06 12345678"}})
    page = text_of(adviser.get("/balie/vragen/1"))
    for part in ("Mijn kind wordt gepest", "naar team Veiligheid", "(beantwoord)", "06 12345678", "vraag binnen"):
        assert part in page


def test_reading_a_ticket_is_on_record_without_its_text(adviser: Adviser) -> None:
    ticket = make_ticket("Een geheime vraag")
    adviser.get(f"/balie/vragen/{ticket.id}")
    last = all_of(Audit)[-1]
    assert (last.action, last.object, last.account_id) == ("ticket.read", f"ticket:{ticket.id}", adviser.account.id)
    assert "geheim" not in str(last.detail)


@pytest.mark.parametrize("path", ["", "/claim", "/terug", "/antwoord", "/sluiten"])
def test_a_ticket_that_does_not_exist_is_not_found(adviser: Adviser, path: str) -> None:
    address = f"/balie/vragen/999{path}"
    answer = adviser.post(address, text="x", intent="") if path else adviser.get(address)
    assert answer.status_code == 404


def test_claim_reply_and_close(adviser: Adviser) -> None:
    ticket = make_ticket()
    assert 'name="text"' not in adviser.get(f"/balie/vragen/{ticket.id}").text
    adviser.post(f"/balie/vragen/{ticket.id}/claim")
    assert 'name="text"' in adviser.get(f"/balie/vragen/{ticket.id}").text
    assert adviser.post(f"/balie/vragen/{ticket.id}/antwoord", text="Dat mag.").status_code == 303
    assert all_of(Message)[-1].text == "Dat mag."
    assert adviser.post(f"/balie/vragen/{ticket.id}/sluiten", intent="pesten_aanpak").status_code == 303
    assert all_of(Ticket)[0].state == "closed"


def test_a_claim_of_what_another_has_is_a_conflict(site: Site, adviser: Adviser) -> None:
    ticket = make_ticket()
    adviser.post(f"/balie/vragen/{ticket.id}/claim")
    with logged_in(site, "Bram Visser") as bram:
        page = bram.post(f"/balie/vragen/{ticket.id}/claim")
        assert page.status_code == 409
        assert "Een andere adviseur heeft deze vraag al." in page.text
        assert "Aisha de Boer" in page.text


def test_a_reply_that_comes_too_late_is_refused_and_kept(site: Site, adviser: Adviser) -> None:
    ticket = make_ticket()
    adviser.post(f"/balie/vragen/{ticket.id}/claim")
    with transaction() as session:
        claims.claim(session, ticket.id, make_account("Bram Visser"), utc_now() + timedelta(minutes=11))
    page = adviser.post(f"/balie/vragen/{ticket.id}/antwoord", text="Mijn lange antwoord <b>")
    assert page.status_code == 409
    assert "niet verstuurd" in page.text
    assert ">Mijn lange antwoord &lt;b&gt;</textarea>" in page.text
    assert all(message.sender != "adviser" for message in all_of(Message))


@pytest.mark.parametrize("text", ["", "a" * 5001])
def test_a_reply_that_cannot_be_sent_is_kept(adviser: Adviser, text: str) -> None:
    ticket = make_ticket()
    adviser.post(f"/balie/vragen/{ticket.id}/claim")
    page = adviser.post(f"/balie/vragen/{ticket.id}/antwoord", text=text)
    assert page.status_code == 422
    assert f">{text}</textarea>" in page.text


def test_back_in_the_queue(adviser: Adviser) -> None:
    ticket = make_ticket()
    adviser.post(f"/balie/vragen/{ticket.id}/claim")
    adviser.post(f"/balie/vragen/{ticket.id}/terug")
    assert (all_of(Ticket)[0].state, all_of(Ticket)[0].claimed_by) == ("open", None)


@pytest.mark.parametrize("path", ["terug", "antwoord", "sluiten"])
def test_who_has_not_claimed_it_may_not_change_it(adviser: Adviser, path: str) -> None:
    ticket = make_ticket()
    assert adviser.post(f"/balie/vragen/{ticket.id}/{path}", text="x", intent="").status_code == 409
    assert all_of(Ticket)[0].state == "open"


def test_an_unknown_intent_at_closing_is_not_kept(adviser: Adviser) -> None:
    ticket = make_ticket()
    adviser.post(f"/balie/vragen/{ticket.id}/claim")
    adviser.post(f"/balie/vragen/{ticket.id}/sluiten", intent="zomaar")
    with transaction() as session:
        assert session.get_one(Ticket, ticket.id).events[-1].data is None


def test_too_many_streams_of_one_account_are_refused_before_they_begin(
    site: Any, adviser: Adviser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site.app.state.hub, "_desk_limits", lambda account: {f"account {account}": 0})
    answer = adviser.client.get("/balie/events")
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "60"
    assert "te veel vensters" in answer.text
