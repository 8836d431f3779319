"""The rule of access at the door: every route of the desk, for every role; and what a partner does not see on a page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from litestar.exceptions import NotFoundException
from litestar.routes import HTTPRoute
from litestar.testing import TestClient
from sqlalchemy import Engine

from loket.accounts import roles
from loket.accounts.models import Account, TeamMember
from loket.accounts.roles import Action
from loket.clock import utc_now
from loket.conversations import contact
from loket.db.base import LARGEST_ID, reading, transaction
from loket.desk import ticket_page
from loket.mail import outbox
from loket.staff_roles import ROLES
from loket.tickets import access, attachments, claims, merging, notes, queue, referrals
from loket.tickets.models import Attachment, Mention, TextModule, Ticket
from tests.support.service import Parent
from tests.support.site import Adviser, all_of, logged_in, make_account, make_ticket
from tests.tickets.test_access import close_team

Site = TestClient[Any]
TICKET = "/balie/vragen/{ticket_id:int}"

ACCOUNT = "/balie/accounts/{account_id:int}"
RULE: dict[tuple[str, str], Action | None] = {
    ("GET", "/balie"): None,
    ("GET", "/balie/hulp"): None,
    ("GET", "/balie/wachtwoord"): None,
    ("POST", "/balie/wachtwoord"): None,
    ("GET", "/balie/account"): None,
    ("POST", "/balie/account/naam"): None,
    ("POST", "/balie/account/sessies"): None,
    ("GET", "/balie/account/tweede-stap"): None,
    ("POST", "/balie/account/tweede-stap"): None,
    ("POST", "/balie/account/tweede-stap/begin"): None,
    ("POST", "/balie/account/tweede-stap/codes"): None,
    ("POST", "/balie/account/tweede-stap/uit"): None,
    ("GET", "/balie/accounts"): Action.ADMINISTER,
    ("GET", "/balie/accounts/nieuw"): Action.ADMINISTER,
    ("POST", "/balie/accounts/nieuw"): Action.ADMINISTER,
    ("GET", ACCOUNT): Action.ADMINISTER,
    ("POST", ACCOUNT): Action.ADMINISTER,
    ("POST", f"{ACCOUNT}/aan"): Action.ADMINISTER,
    ("POST", f"{ACCOUNT}/uit"): Action.ADMINISTER,
    ("POST", f"{ACCOUNT}/sessies"): Action.ADMINISTER,
    ("POST", f"{ACCOUNT}/tweede-stap"): Action.ADMINISTER,
    ("POST", f"{ACCOUNT}/link"): Action.ADMINISTER,
    ("POST", "/balie/volgende"): Action.CLAIM,
    ("GET", "/balie/gesprekken"): Action.STEP_IN,
    ("POST", "/balie/gesprekken/{conversation_id:str}/instappen"): Action.STEP_IN,
    ("GET", "/balie/bellen"): Action.CALL,
    ("POST", "/balie/bellen"): Action.CALL,
    ("POST", "/balie/bellen/voorstel"): Action.CALL,
    ("GET", "/balie/audit"): Action.ADMINISTER,
    ("GET", "/balie/post"): Action.ADMINISTER,
    ("POST", "/balie/post/{mail_id:int}/opnieuw"): Action.ADMINISTER,
    ("GET", "/balie/tekstblokken"): Action.WRITE_MODULES,
    ("POST", "/balie/tekstblokken"): Action.WRITE_MODULES,
    ("GET", "/balie/tekstblokken/{module_id:int}"): Action.WRITE_MODULES,
    ("POST", "/balie/tekstblokken/{module_id:int}"): Action.WRITE_MODULES,
    ("POST", "/balie/tekstblokken/{module_id:int}/weg"): Action.WRITE_MODULES,
    ("GET", TICKET): Action.READ,
    ("GET", "/balie/bijlagen/{attachment_id:int}"): Action.READ,
    ("POST", f"{TICKET}/open"): Action.READ,
    ("POST", f"{TICKET}/concept"): Action.REPLY,
    ("POST", f"{TICKET}/invoegen"): Action.REPLY,
    ("POST", f"{TICKET}/claim"): Action.CLAIM,
    ("POST", f"{TICKET}/overnemen"): Action.TAKE_OVER,
    ("POST", f"{TICKET}/terug"): Action.RELEASE,
    ("POST", f"{TICKET}/antwoord"): Action.REPLY,
    ("POST", f"{TICKET}/notitie"): Action.NOTE,
    ("POST", f"{TICKET}/veiligheid"): Action.NOTE,
    ("POST", f"{TICKET}/bijlage"): Action.ATTACH,
    ("POST", f"{TICKET}/doorverwijzen"): Action.REFER,
    ("POST", f"{TICKET}/teruggeven"): Action.RETURN,
    ("POST", f"{TICKET}/nagekeken"): Action.CHECK,
    ("POST", f"{TICKET}/team"): Action.REROUTE,
    ("POST", f"{TICKET}/samenvoegen"): Action.MERGE,
    ("POST", f"{TICKET}/koppelen"): Action.LINK,
    ("POST", f"{TICKET}/splitsen"): Action.SPLIT,
    ("POST", f"{TICKET}/sluiten"): Action.CLOSE,
    ("POST", f"{TICKET}/heropenen"): Action.UNDO_CLOSE,
    ("POST", f"{TICKET}/assistent"): Action.HAND_BACK,
    ("POST", f"{TICKET}/aanbieden"): Action.TRANSFER,
    ("POST", f"{TICKET}/aannemen"): Action.ACCEPT,
    ("POST", f"{TICKET}/afslaan"): Action.DECLINE,
}
"""What each route asks of the rule; None is for whoever is logged in."""

ELSEWHERE = {
    ("GET", "/balie/inloggen"): "open to all",
    ("POST", "/balie/inloggen"): "open to all",
    ("GET", "/balie/inloggen/code"): "the second step of logging in",
    ("POST", "/balie/inloggen/code"): "the second step of logging in",
    ("GET", "/balie/inloggen/openid"): "open to all",
    ("GET", "/balie/inloggen/openid/terug"): "open to all",
    ("GET", "/balie/wachtwoord-vergeten"): "open to all",
    ("POST", "/balie/wachtwoord-vergeten"): "open to all",
    ("GET", "/balie/link/{token:str}"): "open to who has the link",
    ("POST", "/balie/link/{token:str}"): "open to who has the link",
    ("POST", "/balie/uitloggen"): "ends the login of this test",
    ("GET", "/balie/events"): "does not end; says no more than that something changed",
}


@contextmanager
def at_desk(site: Site, role: str, partner: str | None = None, name: str = "Petra Zomer") -> Iterator[Adviser]:
    with logged_in(site, name, role=role, partner=partner) as browser:
        yield browser


def refer(ticket: Ticket, by: Account, partner: str = "balans") -> Ticket:
    now = utc_now()
    with transaction() as session:
        found = session.get_one(Ticket, ticket.id)
        claims.claim(session, ticket.id, by, now)
        session.refresh(found)
        referrals.refer(session, found, by, partner, "De reden voor de partner", now, agreed=True)
    return ticket


def request(browser: Adviser, method: str, route: str, ticket: Ticket, file: int, module: int) -> httpx.Response:
    path = route.replace("{ticket_id:int}", str(ticket.id)).replace("{attachment_id:int}", str(file))
    path = path.replace("{module_id:int}", str(module)).replace("{conversation_id:str}", "weg")
    if "{mail_id:int}" in path:
        path = path.replace("{mail_id:int}", str(mail_given_up()))
    if "{account_id:int}" in path:
        path = path.replace("{account_id:int}", str(make_account("Olaf Vos", role="adviser").id))
    if path.endswith("/bijlage"):
        return browser.client.post(path, files={"file": ("a.txt", b"tekst")})
    return browser.client.request(method, path, data={"text": "x"} if method == "POST" else None)


def a_file(ticket: Ticket, by: Account) -> int:
    with transaction() as session:
        found = session.get_one(Ticket, ticket.id)
        file = attachments.add(session, found, by, "a.txt", b"tekst", utc_now(), internal=True)
        session.flush()
        return file.id


def mail_given_up() -> int:
    with transaction() as session:
        mail = outbox.put(session, "ouder@voorbeeld.nl", "Antwoord", "Tekst", utc_now())
        mail.failed_at, mail.attempts, mail.refusals = utc_now(), 5, 5
        mail.last_error = "SMTPRecipientsRefused"
        session.flush()
        return mail.id


def a_module() -> int:
    with transaction() as session:
        module = TextModule(title="Groet", text="Dag", changed_at=utc_now())
        session.add(module)
        session.flush()
        return module.id


def test_every_route_of_the_desk_is_in_the_rule(site: Site) -> None:
    routes = {
        (method, route.path)
        for route in site.app.routes
        if isinstance(route, HTTPRoute) and route.path.startswith("/balie")
        for method in route.methods - {"OPTIONS", "HEAD"}
    }
    assert routes == {*RULE, *ELSEWHERE}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_what_the_rule_says(site: Site, role: str) -> None:
    lead = make_account("Lena Leider", role="lead")
    with at_desk(site, role, "balans" if role == "partner" else None) as browser:
        for (method, route), action in RULE.items():
            ticket = make_ticket()
            if role == "partner":
                refer(ticket, lead)
            answer = request(browser, method, route, ticket, a_file(ticket, browser.account), a_module())
            about_ticket = "{ticket_id:int}" in route or "{attachment_id:int}" in route
            if action is None or access.may(browser.account, action):
                assert answer.status_code not in (403, 404), (route, answer.status_code)
            elif about_ticket and not access.may(browser.account, Action.READ):
                assert answer.status_code == 404, route
            else:
                assert answer.status_code == 403, route
                assert "Dit mag niet" in answer.text


def test_what_is_not_theirs_does_not_exist_for_a_partner(site: Site, adviser: Adviser) -> None:
    with at_desk(site, "partner", "balans") as petra:
        others = [make_ticket(), refer(make_ticket(), adviser.account, "nko")]
        for ticket in others:
            file = a_file(ticket, adviser.account)
            for method, route in RULE:
                if "{ticket_id:int}" in route or "{attachment_id:int}" in route:
                    answer = request(petra, method, route, ticket, file, 1)
                    assert answer.status_code == 404, (route, answer.status_code)
            assert petra.get(f"/balie?q={ticket.reference}").status_code == 200, "its number leads nowhere"
            assert ticket.reference not in petra.get("/balie?q=school").text
            missing = petra.get("/balie/vragen/999999")
            assert petra.get(f"/balie/vragen/{ticket.id}").text == missing.text, "no trace that it is there"


def test_a_partner_sees_nothing_of_the_counters_own(site: Site, adviser: Adviser) -> None:
    now = utc_now()
    with at_desk(site, "partner", "balans", "Petra Zomer") as petra:
        colleague = make_account("Klaas Herfst", role="partner", partner="balans")
        ticket = make_ticket("Mijn kind heeft dyslexie", contact=contact.Contact(email="ouder@x.test"))
        other = make_ticket("Een andere vraag van dezelfde ouder", contact=contact.Contact(email="ouder@x.test"))
        with transaction() as session:
            found = session.get_one(Ticket, ticket.id)
            notes.add(session, found, adviser.account, "Alleen voor onszelf @petra", now)
            claims.claim(session, ticket.id, adviser.account, now)
            session.refresh(found)
            merging.link(session, found, session.get_one(Ticket, other.id), adviser.account, now)
            second = merging.split(session, found, adviser.account, "En nog iets anders", now)
        internal = a_file(ticket, adviser.account)
        refer(ticket, adviser.account)
        adviser.post(f"/balie/vragen/{ticket.id}/notitie", note="Ook voor onszelf @petra")
        adviser.get(f"/balie/vragen/{ticket.id}")
        adviser.post("/balie/tekstblokken", title="Van het team", text="Binnenskamers", team="algemeen")
        adviser.post("/balie/tekstblokken", title="Van iedereen", text="Zie {link}", team="")
        petra.post(f"/balie/vragen/{ticket.id}/claim")
        petra.post(f"/balie/vragen/{ticket.id}/notitie", note="Van ons @klaas")
        page = petra.get(f"/balie/vragen/{ticket.id}")
        for hidden in (
            "onszelf", "Van het team", other.reference, second.reference, second.token, ticket.token, "Kijkt ook mee",
            "Aisha de Boer", f"/balie/bijlagen/{internal}", "Een andere vraag van", "gekoppeld",
        ):  # fmt: skip
            assert hidden not in page.text, hidden
        for shown in ("Mijn kind heeft dyslexie", "De reden voor de partner", "Van ons @klaas", "Van iedereen"):
            assert shown in page.text, shown
        assert petra.get(f"/balie/bijlagen/{internal}").status_code == 404
        team_module = next(module.id for module in all_of(TextModule) if module.team)
        petra.post(f"/balie/vragen/{ticket.id}/invoegen", text="Dag", what=f"blok:{team_module}")
        assert "Binnenskamers" not in petra.get(f"/balie/vragen/{ticket.id}").text
        assert {mention.account_id for mention in all_of(Mention)} == {colleague.id}


def test_a_partner_reads_the_conversation_without_the_private_link_and_gets_the_files_in_it(
    site: Site, adviser: Adviser, parent: Parent
) -> None:
    parent.post("handoff", {"question": "Mag dit?"})
    (ticket,) = all_of(Ticket)
    path = f"/balie/vragen/{ticket.id}"
    adviser.post(f"{path}/claim")
    adviser.client.post(f"{path}/bijlage", files={"file": ("brief.txt", b"tekst")})
    adviser.post(f"{path}/antwoord", text="Zie de bijlage.")
    assert ticket.token in adviser.get(path).text
    refer(ticket, adviser.account)
    with at_desk(site, "partner", "balans") as petra:
        page = petra.get(path).text
        assert "de pagina van uw vraag" in page
        assert "Zie de bijlage." in page
        assert ticket.token not in page
        (file,) = all_of(Attachment)
        assert f'href="/balie/bijlagen/{file.id}"' in page
        assert petra.get(f"/balie/bijlagen/{file.id}").content == b"tekst"


def test_buttons_that_one_may_not_use_are_not_shown(site: Site, adviser: Adviser) -> None:
    ticket = refer(make_ticket(), adviser.account)
    with at_desk(site, "partner", "balans") as petra:
        petra.post(f"/balie/vragen/{ticket.id}/claim")
        page = petra.get(f"/balie/vragen/{ticket.id}").text
        shown = {
            action
            for (_, route), action in RULE.items()
            if f'"{route.replace("{ticket_id:int}", str(ticket.id))}"' in page
        }
        assert shown <= roles.ALLOWED["partner"] | {None}
        for path in ("gesprekken", "bellen", "tekstblokken"):
            assert f'href="/balie/{path}"' not in page
    page = adviser.get(f"/balie/vragen/{ticket.id}").text
    assert "Overnemen van" not in page
    assert "/teruggeven" not in page
    with at_desk(site, "lead", name="Lena Leider") as lead:
        assert "Overnemen van Petra" in lead.get(f"/balie/vragen/{ticket.id}").text


def test_an_editor_begins_at_the_text_modules(site: Site) -> None:
    with at_desk(site, "editor") as editor:
        assert editor.get("/balie").headers["location"] == "/balie/tekstblokken"
        page = editor.get("/balie/tekstblokken").text
        assert 'href="/balie/gesprekken"' not in page


def test_who_gives_a_question_to_a_closed_team_leaves_its_page(
    site: Site, adviser: Adviser, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = close_team(monkeypatch)
    ticket = make_ticket("Mag dit op school?")
    answer = adviser.post(f"/balie/vragen/{ticket.id}/team", team=team)
    assert answer.headers["location"] == "/balie"
    assert adviser.get(f"/balie/vragen/{ticket.id}").status_code == 404
    assert ticket.reference not in adviser.get("/balie").text
    with transaction() as session:
        session.add(TeamMember(account_id=adviser.account.id, team=team))
    assert adviser.get(f"/balie/vragen/{ticket.id}").status_code == 200


def test_a_partner_who_closes_or_returns_goes_to_the_list(site: Site, adviser: Adviser) -> None:
    ticket = refer(make_ticket(), adviser.account)
    with at_desk(site, "partner", "balans") as petra:
        petra.post(f"/balie/vragen/{ticket.id}/claim")
        petra.post(f"/balie/vragen/{ticket.id}/antwoord", text="Zo doet u dat.")
        assert petra.post(f"/balie/vragen/{ticket.id}/sluiten").headers["location"] == "/balie"
        assert petra.get(f"/balie/vragen/{ticket.id}").status_code == 404
    with transaction() as session:
        queue.parent_writes(session, session.get_one(Ticket, ticket.id), utc_now() + timedelta(hours=1))
    assert all_of(Ticket)[0].state == "referred"


@pytest.mark.parametrize("number", [LARGEST_ID + 1, 10**30])
def test_a_number_that_no_row_can_have_is_not_found(site: Site, adviser: Adviser, number: int) -> None:
    assert adviser.get(f"/balie/vragen/{number}").status_code == 404
    assert adviser.post(f"/balie/vragen/{number}/claim").status_code == 404
    assert adviser.get(f"/balie/bijlagen/{number}").status_code == 404
    assert adviser.get(f"/balie/tekstblokken/{number}").status_code == 404
    ticket = make_ticket()
    assert adviser.post(f"/balie/vragen/{ticket.id}/overnemen", holder=str(number)).status_code == 409
    assert site.get(f"/vraag/{ticket.token}/bijlagen/{number}").status_code == 404
    assert adviser.get(f"/balie?blad={number}").status_code == 200


def test_a_number_that_no_row_can_have_is_not_found_on_either_database(database: Engine) -> None:
    with reading() as session, pytest.raises(NotFoundException):
        ticket_page.find(session, make_account(), LARGEST_ID + 1)
