"""How fast the desk's database is with many tickets: lists, counts, search, opening one, next. Prints a table (ms).

    uv run python bench/desk.py [--tickets 100000] [--open 3000] [--rounds 60] [--url postgresql://…]

Without --url it fills an SQLite file in a temporary folder. Times are of the same calls that the pages make: by the clock,
and in this process's own processor time, which on SQLite is all of it and does not count what else the machine is doing.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, insert, text

TEAMS = ("algemeen", "veiligheid", "ondersteuning")
THEMES = ("veiligheid", "kosten", "advies", "passend_onderwijs", "leerplicht", "overgang")
WORDS = [
    "mijn",
    "kind",
    "school",
    "gepest",
    "juf",
    "meester",
    "klas",
    "groep",
    "advies",
    "toets",
    "dyslexie",
    "verlof",
    "vakantie",
    "geld",
    "ouderbijdrage",
    "schorsing",
    "klacht",
    "directeur",
    "gesprek",
    "hulp",
    "rekenen",
    "taal",
    "overgang",
    "zittenblijven",
    "brugklas",
    "vmbo",
    "havo",
    "vwo",
    "mbo",
    "opvang",
    "leerplicht",
    "boete",
    "verhuizing",
    "aanmelden",
    "wachtlijst",
    "ondersteuning",
    "rapport",
    "dossier",
    "toestemming",
    "foto",
    "privacy",
]
NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
BATCH = 2_000


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tickets", type=int, default=100_000)
    options.add_argument("--open", type=int, default=3_000, help="how many of them are not closed")
    options.add_argument("--rounds", type=int, default=60)
    options.add_argument("--url", default="", help="an empty PostgreSQL database")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LOKET_VAR"] = folder
        if chosen.url:
            os.environ["LOKET_DATABASE_URL"] = chosen.url
            os.environ["LOKET_SECRET_KEY"] = "for this measurement alone, nothing else"
        from loket.db import base
        from loket.migrations import migrate

        migrate.upgrade(base.engine())
        start = time.perf_counter()
        fill(base.engine(), chosen.tickets, chosen.open)
        print(f"{base.engine().dialect.name}: {chosen.tickets} tickets, {chosen.open} open, ", end="")
        print(f"filled in {time.perf_counter() - start:.0f} s, load {os.getloadavg()[0]:.1f}")
        print(f"{'what':44} {'p50':>7} {'p95':>7} {'max':>7} {'cpu p50':>8} {'cpu p95':>8}")
        for name, act in acts(chosen.tickets):
            report(name, act, chosen.rounds)


def fill(engine: Engine, count: int, still_open: int) -> None:
    """Tickets over ten years; the newest are open. Two messages and three events each."""
    from loket.migrations.tables import Account, Conversation, Message, TeamMember, Ticket, TicketEvent

    chance = random.Random(5010)
    with engine.execution_options(writes=True).begin() as connection:
        people = [
            {"id": n, "email": f"a{n}@x.test", "name": f"A {n}", "role": "partner" if n == 9 else "adviser",
             "partner": "balans" if n == 9 else None, "password_hash": "", "must_change_password": False,
             "active": True, "created_at": NOW}
            for n in range(1, 10)
        ]  # fmt: skip
        connection.execute(insert(Account), people)
        connection.execute(insert(TeamMember), [{"account_id": n, "team": TEAMS[n % 3]} for n in range(1, 9)])
    for begin in range(0, count, BATCH):
        rows = [_ticket(chance, n + 1, count, still_open) for n in range(begin, min(begin + BATCH, count))]
        with engine.execution_options(writes=True).begin() as connection:
            conversations = [
                {"id": row["conversation_id"], "token_hash": row["conversation_id"], "owner": "queue", "channel": "web",
                 "created_at": row["created_at"], "changed_at": row["created_at"]}
                for row in rows
            ]  # fmt: skip
            connection.execute(insert(Conversation), conversations)
            messages = [
                {"conversation_id": row["conversation_id"], "sender": sender, "text": said,
                 "created_at": row["created_at"]}
                for row in rows for sender, said in (("parent", row["question"]), ("adviser", _text(chance, 40)))
            ]  # fmt: skip
            connection.execute(insert(Message), messages)
            connection.execute(insert(Ticket), rows)
            events = [
                {"ticket_id": row["id"], "kind": kind, "at": row["created_at"],
                 "data": {"promise_hours": 16} if kind == "created" else None}
                for row in rows for kind in ("created", "claimed", "replied")
            ]  # fmt: skip
            connection.execute(insert(TicketEvent), events)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if engine.dialect.name == "sqlite" else "VACUUM ANALYZE"))


def _ticket(chance: random.Random, number: int, count: int, still_open: int) -> dict[str, object]:
    created = NOW - timedelta(days=3650) * (1 - number / count)
    state = "closed"
    if number > count - still_open:
        state = chance.choices(("open", "claimed", "waiting_for_parent", "answered", "referred"), (6, 1, 1, 1, 1))[0]
    return {
        "id": number,
        "reference": f"5010-{number:06d}",
        "token": f"token{number}",
        "token_sealed": "",
        "conversation_id": uuid.UUID(int=chance.getrandbits(128)).hex,
        "state": state,
        "question": _text(chance, 25) + (" uniekwoord" if number == count // 2 else ""),
        "channel": chance.choice(("web", "web", "mail", "phone")),
        "theme": chance.choice(THEMES),
        "sector": chance.choice(("po", "vo", "so", "mbo")),
        "urgent": chance.random() < 0.02,
        "team": chance.choice(TEAMS),
        "partner": "balans" if state == "referred" else None,
        "route_reason": "naar team Algemeen omdat geen andere regel past",
        "promised_by": created + timedelta(days=chance.randint(1, 4)),
        "escalated": 0,
        "consent_reuse": False,
        "email": f"ouder{chance.randint(1, count // 2)}@x.test" if number % 2 else None,
        "claimed_by": chance.randint(1, 8) if state == "claimed" else None,
        "claimed_until": NOW + timedelta(minutes=5) if state == "claimed" else None,
        "created_at": created,
    }


def _text(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(WORDS, k=words)) + f" w{chance.randint(1, 20_000)}"


def acts(count: int) -> Iterator[tuple[str, Callable[[], object]]]:
    """What the pages ask of the database, by name."""
    from loket.accounts.models import Account
    from loket.db.base import reading, transaction
    from loket.desk import ticket_page
    from loket.tickets import claims, deadlines, lists
    from loket.tickets.lists import Wanted

    chance = random.Random(1)
    with reading() as session:
        adviser, partner = session.get_one(Account, 1), session.get_one(Account, 9)

    def find(wanted: Wanted, who: Account = adviser) -> Callable[[], object]:
        def act() -> object:
            with reading() as session:
                return lists.find(session, who, wanted, NOW)

        return act

    for view in lists.VIEWS:
        yield f"list {view}", find(Wanted(view))
    yield "list doen, theme and sector", find(Wanted("doen", (("theme", "kosten"), ("sector", "po"))))
    yield "list doen, tenth page", find(Wanted("doen", page=10))
    yield "list doen, partner", find(Wanted("doen"), partner)

    def counts() -> object:
        with reading() as session:
            return lists.counts(session, adviser, NOW)

    yield "counts of all lists", counts
    yield "search, a word in one ticket", find(Wanted(search="uniekwoord"))
    yield "search, a rare word", find(Wanted(search="w1234"))
    yield "search, a word in most tickets", find(Wanted(search="school"))
    yield "search, three common words", find(Wanted(search="school gepest dyslexie"))
    yield "search, a beginning of many words", find(Wanted(search="ver"))
    yield "search, a part of many words", find(Wanted(search="pest"))
    yield "search, a part that is nowhere", find(Wanted(search="schoolpest"))
    yield "search, a short word that is nowhere", find(Wanted(search="qz school"))
    yield "search, partner, a word in most tickets", find(Wanted(search="school"), partner)

    def open_one() -> object:
        with reading() as session:
            ticket = ticket_page.find(session, adviser, chance.randint(1, count))
            deadlines.compute(ticket.events, deadlines.calendar())
            ticket_page._said(session, ticket, adviser)
            return ticket_page._neighbours(session, ticket, adviser)

    yield "open a ticket", open_one

    def take_next() -> object:
        with transaction() as session:
            return claims.next_ticket(session, adviser, NOW)

    yield "next ticket (claims it)", take_next


def report(name: str, act: Callable[[], object], rounds: int) -> None:
    act()
    clock, cpu = [], []
    for _ in range(rounds):
        begin = time.perf_counter(), time.process_time()
        act()
        clock.append((time.perf_counter() - begin[0]) * 1000)
        cpu.append((time.process_time() - begin[1]) * 1000)
    shown = [statistics.median(clock), _p95(clock), max(clock)]
    print(f"{name:44} " + " ".join(f"{value:7.1f}" for value in shown), end="")
    print(f" {statistics.median(cpu):8.1f} {_p95(cpu):8.1f}")


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


if __name__ == "__main__":
    main()
