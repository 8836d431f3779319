"""One rule for lists, objects, search and counts: held against random accounts and tickets, and as a table."""

from __future__ import annotations

import uuid
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from loket.accounts.models import Account, TeamMember
from loket.accounts.roles import ALLOWED, Action
from loket.conversations.models import Conversation
from loket.db.base import reading, transaction
from loket.routing import rules
from loket.staff_roles import ROLES
from loket.tickets import access, claims, lists, live_chat, merging, queue, referrals
from loket.tickets.access import may
from loket.tickets.lists import Wanted
from loket.tickets.models import CLOSED, Ticket, TicketEvent
from loket.tickets.states import ALLOWED as STATES
from tests.conftest import NOON
from tests.support.site import make_account, make_ticket

TEAMS = ("algemeen", "veiligheid", "ondersteuning")
PARTNERS = (None, "balans", "nko")


@pytest.fixture
def closed_team(monkeypatch: pytest.MonkeyPatch) -> str:
    """Close a team to all but its own people."""
    return close_team(monkeypatch)


def close_team(monkeypatch: pytest.MonkeyPatch, team: str = "veiligheid") -> str:
    document = rules.load().model_dump(by_alias=True)
    document["teams"][team] = {"name": "Veiligheid", "closed": True}
    table = rules.Routing.model_validate(document)
    monkeypatch.setattr(rules, "load", lambda: table)
    return team


def account(role: str, *, partner: str | None = None, active: bool = True, number: int = 1) -> Account:
    made = Account(id=number, name="A", email="a@x.test", role=role, partner=partner, active=active)
    made.memberships = []
    return made


def ticket(state: str = "open", *, team: str = "algemeen", partner: str | None = None, by: int | None = None) -> Ticket:
    return Ticket(state=state, team=team, partner=partner, claimed_by=by)


COUNTER = {"adviser", "lead", "administrator"}
TABLE = {
    **dict.fromkeys(("read", "claim", "release", "reply", "note", "attach", "close"), COUNTER),
    **dict.fromkeys(("take_over", "refer", "check", "reroute", "merge", "link", "split", "undo_close"), COUNTER),
    **dict.fromkeys(("transfer", "accept", "decline"), COUNTER),
    **dict.fromkeys(("hand_back", "step_in", "call"), COUNTER),
    "return": {"administrator"},
    "write_modules": COUNTER | {"editor"},
    "administer": {"administrator"},
}
"""Who may do what to an ordinary ticket of the counter."""
OF_PARTNERS = {"read", "claim", "release", "reply", "note", "attach", "close", "return"}


@pytest.mark.parametrize(("role", "action"), list(product(ROLES, Action)))
def test_each_role_does_what_the_table_says(role: str, action: Action) -> None:
    who = account(role, partner="balans" if role == "partner" else None)
    assert set(TABLE) == set(Action)
    assert may(who, action, ticket()) == (role in TABLE[action])
    referred = ticket("referred", partner="balans")
    left_to_partner = role == "adviser" and action in ("claim", "take_over", "accept", "undo_close")
    expected = action in OF_PARTNERS if role == "partner" else role in TABLE[action] and not left_to_partner
    assert may(who, action, referred) == expected


@pytest.mark.parametrize(("role", "action"), list(product(ROLES, Action)))
def test_an_account_that_is_not_active_may_nothing(role: str, action: Action) -> None:
    for one in (None, ticket(), ticket("referred", partner="balans")):
        assert not may(account(role, partner="balans", active=False), action, one)


def test_the_administrator_may_do_all() -> None:
    assert set(Action) == ALLOWED["administrator"]


@pytest.mark.parametrize("state", STATES)
def test_a_partner_reads_only_while_the_question_is_with_them(state: str) -> None:
    who = account("partner", partner="balans")
    assert may(who, Action.READ, ticket(state, partner="balans")) == (state != CLOSED)
    assert not may(who, Action.READ, ticket(state, partner="nko"))
    assert not may(who, Action.READ, ticket(state))
    assert not may(account("partner"), Action.READ, ticket(state)), "without an organisation nothing is theirs"


def test_a_closed_team_is_read_by_its_own_people(closed_team: str) -> None:
    theirs = ticket(team=closed_team)
    stranger, member = account("adviser"), account("adviser", number=2)
    member.memberships = [TeamMember(account_id=2, team=closed_team)]
    assert not may(stranger, Action.READ, theirs)
    assert may(stranger, Action.READ, ticket())
    assert may(member, Action.READ, theirs)
    assert may(stranger, Action.READ, ticket(team=closed_team, by=1)), "who has it claimed"
    for role in ("lead", "administrator"):
        assert may(account(role), Action.READ, theirs)
    assert may(account("partner", partner="nko"), Action.READ, ticket("referred", team=closed_team, partner="nko"))


@pytest.mark.parametrize("role", ROLES)
def test_who_hears_of_a_change_is_who_may_read_the_ticket(closed_team: str, role: str) -> None:
    for mine, organisation in product((set(), {closed_team}), PARTNERS):
        who = account(role, partner=organisation)
        who.memberships = [TeamMember(account_id=1, team=team) for team in mine]
        hears = access.hears_of(who)
        for team, partner in product(TEAMS, PARTNERS):
            changed = ticket("referred" if partner else "open", team=team, partner=partner)
            heard = hears(team, (partner,) if partner else ())
            assert heard == may(who, Action.READ, changed), (mine, organisation, team, partner)


ACCOUNTS = st.tuples(
    st.sampled_from(ROLES), st.sampled_from(PARTNERS), st.booleans(), st.sets(st.sampled_from(TEAMS)), st.booleans()
)
TICKETS = st.lists(
    st.tuples(st.sampled_from(list(STATES)), st.sampled_from(TEAMS), st.sampled_from(PARTNERS), st.booleans()),
    min_size=1,
    max_size=6,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACCOUNTS, TICKETS)
def test_lists_objects_search_counts_number_and_next_agree(
    database: Engine, closed_team: str, who: tuple, made: list
) -> None:
    with transaction() as session:
        _empty(session)
        ids = _fill(session, who, made)
    with reading() as session:
        reader = session.scalars(select(Account).where(Account.email == "lezer@x.test")).one()
        tickets = list(session.scalars(select(Ticket)))
        may_read = {one.id for one in tickets if may(reader, Action.READ, one)}
        assert set(session.scalars(select(Ticket.id).where(access.visible(reader)))) == may_read
        may_take = {one.id for one in tickets if any(may(reader, act, one) for act in (Action.CLAIM, Action.ACCEPT))}
        assert set(session.scalars(select(Ticket.id).where(access.takeable(reader)))) == may_take
        listed = {one.id for view in lists.VIEWS for one in lists.find(session, reader, Wanted(view), NOON).tickets}
        assert listed == may_read
        assert {one.id for one in lists.find(session, reader, Wanted(search="school"), NOON).tickets} == may_read
        for view, count in lists.counts(session, reader, NOON).items():
            found = [one for one in tickets if one.id in may_read]
            assert count == len(lists.find(session, reader, Wanted(view), NOON).tickets) <= len(found)
        for one in tickets:
            assert merging.by_reference(session, one.reference) is one
    assert len(ids) == len(made)
    with transaction() as session:
        taken = claims.next_ticket(session, reader, NOON)
        assert taken is None or taken.id in may_read
    with transaction() as session:
        for one in tickets:
            if one.id not in may_read:
                assert not claims.claim(session, one.id, reader, NOON)
                assert not claims.take_over(session, one.id, 2, reader, NOON)


def _empty(session: Session) -> None:
    session.execute(update(Ticket).values(merged_into=None))
    for table in (TicketEvent, Ticket, Conversation, TeamMember, Account):
        session.execute(delete(table))


def _fill(session: Session, who: tuple, made: list) -> list[int]:
    role, partner, active, teams, _ = who
    people = [
        Account(email="lezer@x.test", name="Lezer", role=role, partner=partner, active=active),
        Account(email="ander@x.test", name="Ander", role="adviser", active=True),
    ]
    for one in people:
        one.password_hash, one.created_at = "", NOON
    session.add_all(people)
    session.flush()
    session.add_all(TeamMember(account_id=people[0].id, team=team) for team in teams)
    tickets = [_ticket(session, *one, people) for one in made]
    session.flush()
    return [one.id for one in tickets]


def _ticket(session: Session, state: str, team: str, partner: str | None, mine: bool, people: list[Account]) -> Ticket:
    name = uuid.uuid4().hex
    conversation = Conversation(id=name, token_hash=name, created_at=NOON, changed_at=NOON)
    holder = people[0 if mine else 1] if state in ("claimed", "waiting_for_parent", "answered") else None
    one = Ticket(
        reference=f"5010-{name[:6]}".upper(), token_hash=name, token_sealed="", conversation=conversation, state=state, question="op school",
        channel="web", team=team, partner=partner, route_reason="", promised_by=NOON, created_at=NOON,
        claimed_by=holder.id if holder else None, claimed_until=NOON if holder else None,
    )  # fmt: skip
    session.add(one)
    return one


def test_who_may_not_see_a_ticket_does_not_get_it_by_stepping_into_its_conversation(
    database: Engine, closed_team: str
) -> None:
    insider, outsider = make_account("Ina"), make_account("Bram")
    one = make_ticket("Mijn kind wordt gepest", NOON, intent="pesten_aanpak")
    with transaction() as session:
        session.add(TeamMember(account_id=insider.id, team=closed_team))
        session.get_one(Ticket, one.id).team = closed_team
    with transaction() as session:
        who = session.get_one(Account, insider.id)
        assert claims.claim(session, one.id, who, NOON)
        live_chat.hand_back(session, session.get_one(Ticket, one.id), who, NOON)
    with transaction() as session:
        assert live_chat.step_in(session, one.conversation_id, session.get_one(Account, outsider.id), NOON) is None
    with transaction() as session:
        assert live_chat.step_in(session, one.conversation_id, session.get_one(Account, insider.id), NOON) is not None


def test_what_was_referred_in_the_meantime_is_the_partners(database: Engine) -> None:
    """An adviser's page showed the ticket free, or with a colleague, who refers it before the claim comes."""
    anna, bram = make_account("Anna"), make_account("Bram")
    make_account("Petra", role="partner", partner="balans")
    lead = make_account("Lena", role="lead")
    one = make_ticket(now=NOON)
    with transaction() as session:
        who = session.get_one(Account, anna.id)
        assert claims.claim(session, one.id, who, NOON)
        referrals.refer(session, session.get_one(Ticket, one.id), who, "balans", "Dyslexie", NOON, agreed=True)
    with transaction() as session:
        who = session.get_one(Account, bram.id)
        assert not claims.claim(session, one.id, who, NOON)
    with transaction() as session:
        session.get_one(Ticket, one.id).claimed_by = anna.id
    with transaction() as session:
        assert not claims.take_over(session, one.id, anna.id, session.get_one(Account, bram.id), NOON)
        assert claims.take_over(session, one.id, anna.id, session.get_one(Account, lead.id), NOON)


def test_what_a_page_may_not_show_does_not_keep_its_adviser_from_closing(database: Engine, closed_team: str) -> None:
    anna = make_account("Anna")
    into, duplicate = make_ticket(now=NOON), make_ticket(now=NOON)
    with transaction() as session:
        who = session.get_one(Account, anna.id)
        for one in (into, duplicate):
            assert claims.claim(session, one.id, who, NOON)
        merging.merge(session, duplicate.id, into.id, who, NOON)
    with transaction() as session:
        hidden = session.get_one(Ticket, duplicate.id)
        hidden.team = closed_team
        seen = queue.parent_adds(session, hidden, "Er is nog iets", None, NOON).id - 1
    with transaction() as session:
        queue.close(session, session.get_one(Ticket, into.id), session.get_one(Account, anna.id), NOON, seen=seen)
        assert session.get_one(Ticket, into.id).state == CLOSED


def test_who_steps_in_or_takes_a_call_keeps_what_went_to_a_closed_team(database: Engine, closed_team: str) -> None:
    with transaction() as session:
        who = Account(email="a@x.test", name="A", role="adviser", password_hash="", created_at=NOON)
        session.add(who)
    one = make_ticket("Mijn kind wordt gepest", NOON, intent="pesten_aanpak")
    with transaction() as session:
        assert not claims.claim(session, one.id, who, NOON)
        assert claims.claim(session, one.id, who, NOON, made=True)
    with reading() as session:
        assert session.scalars(select(Ticket.id).where(access.visible(who))).all() == [one.id]
