"""Claims on both databases: each ticket once, in the right order, and nothing strands."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from loket.accounts.models import Account, TeamMember
from loket.db.base import reading, transaction
from loket.tickets import claims, drafts, locks, presence, queue, referrals
from loket.tickets.models import Ticket, TicketEvent
from tests.conftest import NOON
from tests.support.site import all_of, make_account, make_ticket
from tests.support.tickets import find, kinds

pytestmark = pytest.mark.usefixtures("database")


def take(who: Account, minutes: float = 0) -> Ticket | None:
    with transaction() as session:
        return claims.next_ticket(session, who, NOON + timedelta(minutes=minutes))


def test_fifty_threads_claim_two_hundred_tickets(database: Engine) -> None:
    """Each ticket once, none skipped; what is taken earlier is never less urgent than what is taken later."""
    for number in range(200):
        make_ticket(f"Vraag {number}", NOON + timedelta(minutes=number), urgent=number % 10 == 0)
    advisers = [make_account(f"Adviseur {number}") for number in range(5)]
    taken: list[tuple[int, bool]] = []
    start, lock = threading.Barrier(50), threading.Lock()

    def work(number: int) -> None:
        start.wait()
        while (ticket := take(advisers[number % 5], 300)) is not None:
            with lock:
                taken.append((ticket.id, ticket.urgent))

    with ThreadPoolExecutor(50) as pool:
        list(pool.map(work, range(50)))
    assert len(taken) == len({ticket_id for ticket_id, _ in taken}) == 200
    assert len([event for event in all_of(TicketEvent) if event.kind == "claimed"]) == 200
    # Threads note what they took a moment after they took it; the twenty urgent ones stand within the first seventy.
    assert all(not urgent for _, urgent in taken[70:])


def test_next_goes_by_urgency_then_deadline_then_age(database: Engine) -> None:
    third = make_ticket("laatst", NOON + timedelta(hours=1))
    second = make_ticket("eerder", NOON)
    same = make_ticket("even laat, later gesteld", NOON)
    first = make_ticket("dringend", NOON + timedelta(hours=2), urgent=True)
    who = make_account()
    order = []
    while (ticket := take(who)) is not None:
        order.append(ticket.id)
    assert order == [first.id, second.id, same.id, third.id]


def test_ones_own_team_goes_first(database: Engine) -> None:
    make_ticket("algemeen", NOON)
    safe = make_ticket("pesten", NOON + timedelta(days=1), intent="pesten_aanpak")
    who = make_account()
    with transaction() as session:
        session.add(TeamMember(account_id=who.id, team="veiligheid"))
    found = take(who)
    assert found is not None
    assert found.id == safe.id
    assert take(who) is not None


def test_a_claim_that_lapsed_is_freed_and_that_is_an_event(database: Engine) -> None:
    ticket, who = make_ticket(now=NOON), make_account()
    take(who)
    with transaction() as session:
        assert claims.free_lapsed(session, NOON + timedelta(minutes=9)) == 0
        assert claims.free_lapsed(session, NOON + timedelta(minutes=11)) == 1
    found = find(ticket)
    assert (found.state, found.claimed_by, found.conversation.owner) == ("open", None, "queue")
    assert kinds(ticket)[-1] == "lapsed"


def test_who_answered_and_left_is_known_but_is_not_in_the_conversation_any_more(database: Engine) -> None:
    ticket, who = make_ticket(now=NOON), make_account()
    take(who)
    with transaction() as session:
        queue.reply(session, session.get_one(Ticket, ticket.id), who, "Dat mag.", NOON)
    with transaction() as session:
        assert claims.free_lapsed(session, NOON + timedelta(minutes=11)) == 1
    found = find(ticket)
    assert (found.state, found.claimed_by, found.conversation.owner) == ("answered", who.id, "queue")


def test_who_asked_the_parent_and_left_is_known_but_is_not_in_the_conversation_any_more(database: Engine) -> None:
    ticket, who = make_ticket(now=NOON), make_account()
    take(who)
    with transaction() as session:
        queue.reply(session, session.get_one(Ticket, ticket.id), who, "Hoe oud is uw kind?", NOON, asks=True)
    with transaction() as session:
        assert claims.free_lapsed(session, NOON + timedelta(minutes=11)) == 1
    found = find(ticket)
    assert (found.state, found.claimed_by, found.conversation.owner) == ("waiting_for_parent", who.id, "queue")


def test_a_claim_runs_to_the_last_moment_of_its_lease(database: Engine) -> None:
    """For the holder, for who wants the ticket and for the sweep it ends at the same moment."""
    ticket, aisha, bram = make_ticket(now=NOON), make_account("Aisha de Boer"), make_account("Bram Visser")
    take(aisha)
    end = NOON + claims.lease()
    assert claims.holds(find(ticket), aisha, end)
    with transaction() as session:
        assert not claims.claim(session, ticket.id, bram, end)
    with transaction() as session:
        assert claims.free_lapsed(session, end) == 0
        assert claims.next_ticket(session, bram, end) is None


def test_looking_at_the_page_renews_a_claim_of_which_half_is_gone(database: Engine) -> None:
    ticket, who = make_ticket(now=NOON), make_account()
    take(who)
    found, half = find(ticket), claims.lease() / 2
    looks = [half - timedelta(seconds=1), half, claims.lease()]
    assert [claims.renewed_lately(found, NOON + look) for look in looks] == [True, False, False]


def test_an_open_page_keeps_the_claim(database: Engine) -> None:
    ticket, who, other = make_ticket(now=NOON), make_account(), make_account("Bram Visser")
    take(who)
    with transaction() as session:
        assert claims.renew(session, ticket.id, who, NOON + timedelta(minutes=9))
        assert not claims.renew(session, ticket.id, other, NOON + timedelta(minutes=9))
        assert claims.free_lapsed(session, NOON + timedelta(minutes=15)) == 0
    assert take(other, 15) is None


def test_take_over_and_the_former_holder_is_refused(database: Engine) -> None:
    ticket, aisha, bram = make_ticket(now=NOON), make_account("Aisha de Boer"), make_account("Bram Visser")
    take(aisha)
    with transaction() as session:
        assert claims.take_over(session, ticket.id, aisha.id, bram, NOON)
        # Who looked at an older page takes nothing from who has it now.
        assert not claims.take_over(session, ticket.id, aisha.id, make_account_in(session), NOON)
    with pytest.raises(claims.NotYours), transaction() as session:
        queue.reply(session, session.get_one(Ticket, ticket.id), aisha, "Te laat", NOON)
    assert kinds(ticket)[-1] == "taken_over"


def test_who_takes_over_has_the_ticket_for_a_whole_lease(database: Engine) -> None:
    ticket, aisha, bram = make_ticket(now=NOON), make_account("Aisha de Boer"), make_account("Bram Visser")
    take(aisha)
    with transaction() as session:
        assert claims.take_over(session, ticket.id, aisha.id, bram, NOON + timedelta(minutes=9))
    with transaction() as session:
        assert claims.free_lapsed(session, NOON + timedelta(minutes=18)) == 0
    assert claims.holds(find(ticket), bram, NOON + timedelta(minutes=18))


def make_account_in(session: object) -> Account:
    return Account(id=999_999, name="Niemand", email="x@loket.test", role="adviser")


def test_a_referred_ticket_that_lapses_stays_with_the_partner(database: Engine) -> None:
    ticket, aisha = make_ticket(now=NOON), make_account()
    partner = make_account("Petra Partner", role="partner", partner="balans")
    take(aisha)
    with transaction() as session:
        found = session.get_one(Ticket, ticket.id)
        referrals.refer(session, found, aisha, "balans", "Dyslexie", NOON, agreed=True)
    assert take(aisha) is None, "what is with a partner is not in the queue"
    taken = take(partner)
    assert taken is not None
    assert kinds(ticket)[-1] == "accepted"
    with transaction() as session:
        claims.free_lapsed(session, NOON + timedelta(minutes=11))
    assert find(ticket).state == "referred"


def test_a_lead_who_takes_what_is_with_a_partner_does_not_accept_it_for_the_partner(database: Engine) -> None:
    ticket, aisha, lead = make_ticket(now=NOON), make_account(), make_account("Lena Leider", role="lead")
    take(aisha)
    with transaction() as session:
        found = session.get_one(Ticket, ticket.id)
        referrals.refer(session, found, aisha, "balans", "Dyslexie", NOON, agreed=True)
    with transaction() as session:
        assert claims.claim(session, ticket.id, lead, NOON)
    assert kinds(ticket)[-1] == "claimed"


def test_what_a_partner_let_lapse_is_next_for_the_partner_and_not_for_the_counter(database: Engine) -> None:
    ticket, aisha, partner = (
        make_ticket(now=NOON),
        make_account(),
        make_account("Petra Partner", role="partner", partner="balans"),
    )
    take(aisha)
    with transaction() as session:
        found = session.get_one(Ticket, ticket.id)
        referrals.refer(session, found, aisha, "balans", "Dyslexie", NOON, agreed=True)
    assert take(partner) is not None
    assert take(make_account("Lena Leider", role="lead"), 11) is None
    assert take(partner, 11) is not None


def test_what_lapsed_is_next_before_anybody_has_freed_it(database: Engine) -> None:
    ticket, aisha, bram = make_ticket(now=NOON), make_account("Aisha de Boer"), make_account("Bram Visser")
    take(aisha)
    assert take(bram, 9) is None
    assert take(bram, 11) is not None
    assert find(ticket).claimed_by == bram.id


@pytest.mark.parametrize("who_passes", ["next", "sweep"])
def test_who_merely_passes_by_does_not_wait_for_a_ticket_that_is_held(database: Engine, who_passes: str) -> None:
    """What waits while it holds something else can be half of a deadlock."""
    if database.dialect.name == "sqlite":
        pytest.skip("on SQLite one transaction writes at a time, whatever it writes")
    aisha, bram = make_account("Aisha de Boer"), make_account("Bram Visser")
    first, second = make_ticket(now=NOON), make_ticket(now=NOON)
    if who_passes == "sweep":
        take(aisha)
        take(aisha)

    def passes_by() -> int | None:
        with transaction() as session:
            if who_passes == "sweep":
                return claims.free_lapsed(session, NOON + timedelta(minutes=11))
            taken = claims.next_ticket(session, bram, NOON)
            return taken.id if taken else None

    with ThreadPoolExecutor(1) as pool, transaction() as holding:
        locks.hold_by_id(holding, first.id)
        assert pool.submit(passes_by).result(5) == (1 if who_passes == "sweep" else second.id)


def test_drafts_and_presence(database: Engine) -> None:
    ticket, aisha, bram = make_ticket(now=NOON), make_account("Aisha de Boer"), make_account("Bram Visser")
    with transaction() as session:
        drafts.save(session, ticket.id, aisha.id, "half", NOON)
        drafts.save(session, ticket.id, aisha.id, "heel", NOON)
        presence.seen(session, ticket.id, aisha.id, NOON)
        presence.seen(session, ticket.id, bram.id, NOON)
    with transaction() as session:
        draft = drafts.find(session, ticket.id, aisha.id)
        assert draft is not None
        assert draft.text == "heel"
        assert drafts.find(session, ticket.id, bram.id) is None
        assert presence.others(session, ticket.id, aisha, NOON) == ["Bram Visser"]
        assert presence.others(session, ticket.id, aisha, NOON + timedelta(minutes=2)) == []
        drafts.save(session, ticket.id, aisha.id, "  ", NOON)
    with reading() as session:
        assert drafts.find(session, ticket.id, aisha.id) is None
