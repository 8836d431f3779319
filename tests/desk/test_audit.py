"""The audit trail: each change leaves one line, reading leaves one, no text of anyone in it; and the page that shows it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from litestar.routes import HTTPRoute
from litestar.testing import TestClient

from loket.accounts import audit, links, second_factor
from loket.accounts.audit import Audited
from loket.accounts.models import Account, Audit
from loket.accounts.roles import Action
from loket.clock import utc_now
from loket.db.base import reading, transaction
from loket.desk import labels
from loket.tickets.models import Ticket
from tests.desk.test_access import TICKET, at_desk, mail_given_up, refer
from tests.support import app
from tests.support.service import Parent
from tests.support.site import PASSWORD, Adviser, all_of, make_account, make_ticket, text_of

Site = TestClient[Any]
MARK = "geheimwoord"
Drive = Callable[[Site, Adviser, Ticket], Any]

EXEMPT = {
    f"{TICKET}/open": "a sign of life of an open page, every few seconds; opening the page is on record",
    f"{TICKET}/concept": "saves by itself while somebody types; only they see it",
    f"{TICKET}/invoegen": "puts a text in one's own draft",
    "/balie/account/tweede-stap/begin": "nothing counts before the code is typed",
    "/balie/bellen/voorstel": "changes nothing: finds a theme for what was typed",
}


def to_ticket(path: str, **form: str) -> Drive:
    return lambda _site, browser, ticket: browser.post(f"/balie/vragen/{ticket.id}/{path}", **form)


def to(path: str, **form: str) -> Drive:
    return lambda _site, browser, _ticket: browser.post(path, **form)


def after(first: Drive, then: Drive) -> Drive:
    """`then` is what is driven; `first` makes it possible and leaves lines of its own."""

    def drive(site: Site, browser: Adviser, ticket: Ticket) -> Any:
        first(site, browser, ticket)
        _forget(browser)
        return then(site, browser, ticket)

    return drive


def claimed(then: Drive) -> Drive:
    return after(to_ticket("claim"), then)


def _forget(browser: Adviser) -> None:
    browser.client.audit_before = len(all_of(Audit))  # type: ignore[attr-defined]


def step_in(site: Site, browser: Adviser, _ticket: Ticket) -> Any:
    parent = Parent.begin(site)
    parent.ask(f"Mijn kind wordt gepest {MARK}")
    _forget(browser)
    return browser.post(f"/balie/gesprekken/{parent.id}/instappen")


def upload(_site: Site, browser: Adviser, ticket: Ticket) -> Any:
    files = {"file": (f"{MARK}.txt", MARK.encode())}
    return browser.client.post(f"/balie/vragen/{ticket.id}/bijlage", files=files)


def to_other(path: str) -> Drive:
    def drive(_site: Site, browser: Adviser, ticket: Ticket) -> Any:
        return browser.post(f"/balie/vragen/{ticket.id}/{path}", reference=make_ticket("Nog een").reference)

    return drive


def check_due(_site: Site, browser: Adviser, ticket: Ticket) -> Any:
    with transaction() as session:
        session.get_one(Ticket, ticket.id).check_at = utc_now()
    return to_ticket("nagekeken", helped="ja")(_site, browser, ticket)


def referred(then: Drive) -> Drive:
    def drive(site: Site, browser: Adviser, ticket: Ticket) -> Any:
        refer(ticket, browser.account)
        return then(site, browser, ticket)

    return drive


def held_by_other(_site: Site, browser: Adviser, ticket: Ticket) -> Any:
    with at_desk(_site, "adviser", name="Bram Visser") as bram:
        bram.post(f"/balie/vragen/{ticket.id}/claim")
        _forget(browser)
        return browser.post(f"/balie/vragen/{ticket.id}/overnemen", holder=str(bram.account.id))


def offered_by_me(site: Site, browser: Adviser, ticket: Ticket) -> Any:
    with at_desk(site, "adviser", name="Bram Visser") as bram:
        browser.post(f"/balie/vragen/{ticket.id}/claim")
        _forget(browser)
        return browser.post(f"/balie/vragen/{ticket.id}/aanbieden", colleague=str(bram.account.id))


def offered_to_me(then: Drive) -> Drive:
    def drive(site: Site, browser: Adviser, ticket: Ticket) -> Any:
        with at_desk(site, "adviser", name="Bram Visser") as bram:
            bram.post(f"/balie/vragen/{ticket.id}/claim")
            bram.post(f"/balie/vragen/{ticket.id}/aanbieden", colleague=str(browser.account.id))
        _forget(browser)
        return then(site, browser, ticket)

    return drive


def take_factor_off(_site: Site, browser: Adviser, _ticket: Ticket) -> Any:
    with reading() as session:
        # That of the next half minute: the one of now has confirmed it.
        code = app.code_of(session.get_one(Account, browser.account.id), utc_now() + timedelta(seconds=30))
    return browser.post("/balie/account/tweede-stap/uit", password=PASSWORD, code=code)


def log_in(_site: Site, browser: Adviser, _ticket: Ticket) -> Any:
    return browser.post("/balie/inloggen", email=browser.account.email, password=PASSWORD)


def to_colleague(path: str = "", **form: str) -> Drive:
    """A form of the page of another adviser's account."""

    def drive(_site: Site, browser: Adviser, _ticket: Ticket) -> Any:
        colleague = make_account(f"Olaf Vos {len(all_of(Account))}", role="adviser")
        if path == "/aan":
            browser.post(f"/balie/accounts/{colleague.id}/uit")
        _forget(browser)
        return browser.post(f"/balie/accounts/{colleague.id}{path}", **form)

    return drive


def code_of(browser: Adviser) -> str:
    with reading() as session:
        return pyotp.TOTP(second_factor.secret(session.get_one(Account, browser.account.id)) or "").now()


def begin_factor(_site: Site, browser: Adviser, _ticket: Ticket) -> Any:
    return browser.post("/balie/account/tweede-stap/begin", password=PASSWORD)


def confirm_factor(_site: Site, browser: Adviser, _ticket: Ticket) -> Any:
    return browser.post("/balie/account/tweede-stap", code=code_of(browser))


def log_in_with_code(site: Site, browser: Adviser, ticket: Ticket) -> Any:
    log_in(site, browser, ticket)
    # The step of the first code is spent; the next one is in time as well.
    with reading() as session:
        key = second_factor.secret(session.get_one(Account, browser.account.id)) or ""
    code = pyotp.TOTP(key).at(utc_now() + timedelta(seconds=30))
    return browser.post("/balie/inloggen/code", code=code)


def ask_reset(_site: Site, browser: Adviser, _ticket: Ticket) -> Any:
    return browser.post("/balie/wachtwoord-vergeten", email=browser.account.email)


def choose_by_link(_site: Site, browser: Adviser, _ticket: Ticket) -> Any:
    with transaction() as session:
        mine = session.get_one(Account, browser.account.id)
        link = links.send(session, mine, links.Purpose.RESET, utc_now())
    return browser.post(f"/balie/link/{link.rpartition('/')[2]}", new=f"{MARK} twee drie vier")


FACTOR = after(begin_factor, confirm_factor)
MODULE = to("/balie/tekstblokken", title=MARK, text=MARK)
DRIVEN: dict[str, tuple[Audited, Drive]] = {
    "/balie/volgende": (Audited.TICKET_CLAIM, to("/balie/volgende")),
    "/balie/gesprekken/{conversation_id:str}/instappen": (Audited.TICKET_STEP_IN, step_in),
    "/balie/bellen": (Audited.TICKET_CALL, to("/balie/bellen", question=MARK, outcome="answered", answer=MARK)),
    "/balie/tekstblokken": (Audited.MODULE_SAVE, MODULE),
    "/balie/tekstblokken/{module_id:int}": (
        Audited.MODULE_SAVE,
        after(MODULE, to("/balie/tekstblokken/1", title=MARK, text=MARK)),
    ),
    "/balie/post/{mail_id:int}/opnieuw": (
        Audited.MAIL_RETRY,
        lambda _site, browser, _ticket: browser.post(f"/balie/post/{mail_given_up()}/opnieuw"),
    ),
    "/balie/tekstblokken/{module_id:int}/weg": (Audited.MODULE_REMOVE, after(MODULE, to("/balie/tekstblokken/1/weg"))),
    f"{TICKET}/claim": (Audited.TICKET_CLAIM, to_ticket("claim")),
    f"{TICKET}/overnemen": (Audited.TICKET_TAKE_OVER, held_by_other),
    f"{TICKET}/terug": (Audited.TICKET_RELEASE, claimed(to_ticket("terug"))),
    f"{TICKET}/antwoord": (Audited.TICKET_REPLY, claimed(to_ticket("antwoord", text=MARK))),
    f"{TICKET}/notitie": (Audited.TICKET_NOTE, to_ticket("notitie", note=MARK)),
    f"{TICKET}/veiligheid": (Audited.TICKET_NOTE, to_ticket("veiligheid", mark="needless")),
    f"{TICKET}/bijlage": (Audited.TICKET_ATTACH, upload),
    f"{TICKET}/doorverwijzen": (
        Audited.TICKET_REFER,
        claimed(to_ticket("doorverwijzen", partner="balans", reason=MARK, agreed="ja")),
    ),
    f"{TICKET}/teruggeven": (Audited.TICKET_RETURN, referred(to_ticket("teruggeven", reason=MARK))),
    f"{TICKET}/nagekeken": (Audited.TICKET_CHECK, referred(check_due)),
    f"{TICKET}/team": (Audited.TICKET_REROUTE, to_ticket("team", team="veiligheid")),
    f"{TICKET}/samenvoegen": (Audited.TICKET_MERGE, claimed(to_other("samenvoegen"))),
    f"{TICKET}/koppelen": (Audited.TICKET_LINK, to_other("koppelen")),
    f"{TICKET}/splitsen": (Audited.TICKET_SPLIT, to_ticket("splitsen", question=MARK)),
    f"{TICKET}/sluiten": (Audited.TICKET_CLOSE, claimed(to_ticket("sluiten"))),
    f"{TICKET}/heropenen": (
        Audited.TICKET_UNDO_CLOSE,
        claimed(after(to_ticket("sluiten"), to_ticket("heropenen"))),
    ),
    f"{TICKET}/assistent": (Audited.TICKET_HAND_BACK, claimed(to_ticket("assistent"))),
    f"{TICKET}/aanbieden": (Audited.TICKET_TRANSFER, offered_by_me),
    f"{TICKET}/aannemen": (Audited.TICKET_ACCEPT, offered_to_me(to_ticket("aannemen"))),
    f"{TICKET}/afslaan": (Audited.TICKET_DECLINE, offered_to_me(to_ticket("afslaan"))),
    "/balie/inloggen": (Audited.LOGIN, log_in),
    "/balie/inloggen/code": (Audited.LOGIN, after(FACTOR, log_in_with_code)),
    "/balie/wachtwoord-vergeten": (Audited.PASSWORD_RESET_ASKED, ask_reset),
    "/balie/link/{token:str}": (Audited.PASSWORD_CHOSEN, choose_by_link),
    "/balie/account/naam": (Audited.ACCOUNT_NAME, to("/balie/account/naam", name=MARK)),
    "/balie/account/sessies": (Audited.SESSIONS_END, to("/balie/account/sessies")),
    "/balie/account/tweede-stap": (Audited.SECOND_FACTOR_SET, FACTOR),
    "/balie/account/tweede-stap/codes": (
        Audited.RECOVERY_CODES_NEW,
        after(FACTOR, to("/balie/account/tweede-stap/codes", password=PASSWORD)),
    ),
    "/balie/account/tweede-stap/uit": (
        Audited.SECOND_FACTOR_REMOVED,
        after(FACTOR, take_factor_off),
    ),
    "/balie/accounts/nieuw": (
        Audited.ACCOUNT_INVITE,
        to("/balie/accounts/nieuw", name=MARK, email=f"{MARK}@loket.test", role="adviser"),
    ),
    "/balie/accounts/{account_id:int}": (Audited.ACCOUNT_CHANGE, to_colleague(name=MARK, role="lead")),
    "/balie/accounts/{account_id:int}/uit": (Audited.ACCOUNT_DEACTIVATE, to_colleague("/uit")),
    "/balie/accounts/{account_id:int}/aan": (Audited.ACCOUNT_ACTIVATE, to_colleague("/aan")),
    "/balie/accounts/{account_id:int}/sessies": (Audited.SESSIONS_END, to_colleague("/sessies")),
    "/balie/accounts/{account_id:int}/tweede-stap": (Audited.SECOND_FACTOR_REMOVED, to_colleague("/tweede-stap")),
    "/balie/accounts/{account_id:int}/link": (Audited.ACCOUNT_SEND_LINK, to_colleague("/link")),
    "/balie/wachtwoord": (Audited.PASSWORD_CHANGE, to("/balie/wachtwoord", old=PASSWORD, new=f"{MARK} twee drie")),
    "/balie/uitloggen": (Audited.LOGOUT, to("/balie/uitloggen")),
}


ANSWERED_WITH_A_PAGE = {
    "/balie/wachtwoord-vergeten",
    "/balie/account/tweede-stap",
    "/balie/account/tweede-stap/codes",
    "/balie/accounts/nieuw",
    "/balie/accounts/{account_id:int}/link",
}
"""What it has to say is said once, or the same to everybody."""


def test_every_changing_route_of_the_desk_is_driven_here_or_exempt(site: Site) -> None:
    routes = {
        route.path
        for route in site.app.routes
        if isinstance(route, HTTPRoute) and route.path.startswith("/balie") and "POST" in route.methods
    }
    assert routes == {*DRIVEN, *EXEMPT}


def test_every_change_leaves_exactly_one_line_and_no_text(site: Site) -> None:
    for route, (action, drive) in DRIVEN.items():
        with at_desk(site, "administrator") as browser:
            ticket = make_ticket(f"{MARK} op school")
            _forget(browser)
            assert drive(site, browser, ticket).status_code == (200 if route in ANSWERED_WITH_A_PAGE else 303), route
            new = all_of(Audit)[browser.client.audit_before :]  # type: ignore[attr-defined]
            assert [(row.action, row.account_id) for row in new] == [(action, browser.account.id)], route
    assert MARK not in repr([(row.action, row.object, row.detail) for row in all_of(Audit)])


def test_what_is_exempt_leaves_no_line(site: Site, adviser: Adviser) -> None:
    ticket = make_ticket()
    before = len(all_of(Audit))
    for route in EXEMPT:
        adviser.post(route.replace("{ticket_id:int}", str(ticket.id)), text=MARK, question=MARK)
    assert len(all_of(Audit)) == before


def test_what_is_refused_leaves_no_line(adviser: Adviser) -> None:
    ticket = make_ticket()
    before = len(all_of(Audit))
    assert adviser.post(f"/balie/vragen/{ticket.id}/antwoord", text="x").status_code == 409
    assert adviser.post(f"/balie/vragen/{ticket.id}/teruggeven", reason="x").status_code == 403
    assert len(all_of(Audit)) == before


def test_reading_is_on_record_once_a_visit_and_never_what_was_sought(adviser: Adviser) -> None:
    ticket = make_ticket(f"{MARK} op school")
    before = len(all_of(Audit))
    for _ in range(2):
        adviser.get(f"/balie?q={MARK}")
        adviser.get("/balie/gesprekken")
        adviser.get(f"/balie/vragen/{ticket.id}")
    rows = all_of(Audit)[before:]
    assert [row.action for row in rows] == ["ticket.search", "conversation.list", "ticket.read"]
    assert MARK not in repr([(row.object, row.detail) for row in rows])
    later = utc_now() + audit.SAME_VISIT + timedelta(seconds=1)
    audit.audit_read(adviser.account, Audited.TICKET_SEARCH, "ticket", later)
    assert len(all_of(Audit)) == before + 4


def test_every_action_has_a_line_in_dutch_and_every_act_on_a_ticket_its_audit() -> None:
    assert set(labels.AUDITED) == set(Audited)
    elsewhere = {Action.WRITE_MODULES, Action.ADMINISTER}
    assert {f"ticket.{action}" for action in set(Action) - elsewhere} <= set(Audited)


@pytest.fixture
def trail(site: Site) -> Any:
    """An administrator's browser, and a trail of two people about two tickets."""
    with (
        at_desk(site, "administrator", name="Bea Heer") as bea,
        at_desk(site, "adviser", name="Aisha de Boer") as aisha,
    ):
        first, second = make_ticket("Een"), make_ticket("Twee")
        aisha.post(f"/balie/vragen/{first.id}/claim")
        aisha.get(f"/balie/vragen/{second.id}")
        bea.get(f"/balie/vragen/{first.id}")
        yield bea, aisha, first, second


def shown(page: Any) -> list[str]:
    return [text_of(row).strip() for row in re.findall(r"<tr><td>.*?</tr>", page.text, re.DOTALL)]


def test_the_page_says_who_did_what_newest_first(trail: Any) -> None:
    bea, _, first, second = trail
    lines = shown(bea.get("/balie/audit"))
    assert re.search(r"dag \d+ \w+ \d{4} om \d+\.\d\d uur Bea Heer bekeek dit logboek", lines[0])
    assert f"Bea Heer las vraag {first.reference} ." in lines[1]
    assert f"Aisha de Boer las vraag {second.reference} ." in lines[2]
    assert f"Aisha de Boer pakte vraag {first.reference} op." in lines[3]
    assert f'href="/balie/vragen/{first.id}"' in bea.get("/balie/audit").text


def test_the_page_is_narrowed_by_person_action_ticket_and_period(trail: Any) -> None:
    bea, aisha, first, _ = trail
    today, tomorrow = utc_now().date(), utc_now().date() + timedelta(days=2)

    def count(query: str) -> int:
        return len(shown(bea.get(f"/balie/audit?{query}")))

    assert all("Aisha de Boer" in line for line in shown(bea.get(f"/balie/audit?wie={aisha.account.id}")))
    assert count(f"wie={aisha.account.id}") == 3
    assert count(f"vraag={first.reference}") == 2
    assert count(f"vraag={first.reference}&wat=ticket.read") == 1
    assert count(f"van={tomorrow}") == 0
    assert count(f"van={today - timedelta(days=1)}&tot={tomorrow}&wat=ticket.claim") == 1
    assert count(f"tot={today - timedelta(days=2)}") == 0
    assert count("wie=999999999999999&voor=x") == 0


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ("vraag=5010-WEG", "vraag", "Deze vraag bestaat niet"),
        ("van=gisteren", "van", "Kies een dag"),
        ("tot=9999-12-31", "tot", "Kies een dag"),
    ],
)
def test_what_cannot_be_looked_for_is_said_beside_the_field(trail: Any, query: str, field: str, said: str) -> None:
    page = trail[0].get(f"/balie/audit?{query}")
    assert page.status_code == 422
    assert said in page.text
    assert f'id="fout-{field}"' in page.text
    assert f'value="{query.partition("=")[2]}"' in page.text


def test_the_page_goes_on_where_it_ended_while_new_lines_come(trail: Any) -> None:
    bea, aisha, _, _ = trail
    with transaction() as session:
        for number in range(audit.PAGE + 20):
            audit.audit(session, aisha.account, Audited.TICKET_READ, f"ticket:{1000 + number}", utc_now())
    query = f"/balie/audit?wie={aisha.account.id}&wat=ticket.read"
    first = bea.get(query)
    assert len(shown(first)) == audit.PAGE
    assert "las vraag (verwijderd)" in shown(first)[0]
    older = re.search(r'href="([^"]+)">Ouder', first.text)
    assert older
    aisha.get("/balie?q=nieuw")
    second = bea.get(older[1].replace("&amp;", "&"))
    assert len(shown(second)) == 21
    assert "Ouder" not in text_of(second)
    assert "Nieuwste" in text_of(second)


def test_only_the_administrator_finds_it_in_the_menu(trail: Any) -> None:
    bea, aisha, _, _ = trail
    assert 'href="/balie/audit"' in bea.get("/balie").text
    assert 'href="/balie/audit"' not in aisha.get("/balie").text


def test_an_action_of_a_later_version_does_not_break_the_page(trail: Any) -> None:
    with transaction() as session:
        session.add(Audit(at=utc_now(), account_id=None, action="nog.onbekend", object="weg", detail=None))
    assert "Het systeem nog.onbekend" in shown(trail[0].get("/balie/audit"))[1]
