"""An answer as a parent gets it, on any page or in any mail: the right variant, filled in, with its state."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, TypeVar

from loket.faq import laws, review_state, variants
from loket.faq.model import Answer, Deadline, Referral, joined
from loket.faq.placeholders import Values, fill
from loket.faq.variants import Known

Thing = TypeVar("Thing", bound=Hashable)


@dataclass(frozen=True)
class ShownDeadline:
    what: str
    when: str


@dataclass(frozen=True)
class ShownReferral:
    """`tel` is the link of a phone number ("tel:08000113"), empty without one."""

    name: str
    purpose: str
    url: str
    phone: str
    tel: str
    hours: str


@dataclass(frozen=True)
class Link:
    title: str
    url: str


@dataclass(frozen=True)
class Shown:
    """Everything in one answer. `short`, `text`, `easier` and `child` are Markdown; `checked` is plain Dutch."""

    intent: str
    title: str
    short: str
    text: str
    deadlines: tuple[ShownDeadline, ...]
    referrals: tuple[ShownReferral, ...]
    laws: tuple[Link, ...]
    sources: tuple[Link, ...]
    checked: str
    easier: str
    child: str

    def as_dict(self) -> dict[str, Any]:
        """As JSON can keep it."""
        return asdict(self)


def show(answer: Answer, known: Known, values: Values, today: date) -> Shown:
    """The answer for what is known of the case, with its placeholders filled, on a day."""
    chosen = variants.choose(answer, known)
    return Shown(
        intent=answer.intent,
        title=answer.title,
        short=fill(chosen.short, values).strip(),
        text=fill(chosen.text, values).strip(),
        deadlines=_deadlines(chosen.deadline, values),
        referrals=tuple(_referral(referral, values) for referral in answer.referrals),
        laws=tuple(Link(laws.name(article), laws.url(article)) for article in answer.law),
        sources=tuple(Link(source.title, source.url) for source in answer.sources),
        checked=review_state.in_words(answer, today),
        # Written for the general case: it would be wrong in a special case.
        easier="" if chosen.variant else fill(answer.easier, values).strip(),
        child="" if chosen.variant else fill(answer.child, values).strip(),
    )


def show_by_school(answer: Answer, known: Known, sectors: Mapping[str, str], values: Values, today: date) -> Shown:
    """The answer where the kind of school decides and is not known: what holds for each, in short, with its deadlines.

    `sectors` are the kinds of school, id to name; those with the same text are taken together.
    """
    of_each = {name: show(answer, replace(known, sector=sector), values, today) for sector, name in sectors.items()}
    shorts = _together((one.short, name) for name, one in of_each.items())
    deadlines = _together((deadline, name) for name, one in of_each.items() for deadline in one.deadlines)
    return replace(
        show(answer, known, values, today),
        short=joined(*(f"**{joined_words(names).capitalize()}**\n\n{short}" for short, names in shorts.items())),
        text="",
        deadlines=tuple(
            one
            if len(names) == len(sectors)
            else replace(one, what=f"{joined_words(names).capitalize()}: {_lower(one.what)}")
            for one, names in deadlines.items()
        ),
        easier="",
        child="",
    )


def _together(pairs: Iterable[tuple[Thing, str]]) -> dict[Thing, list[str]]:
    """For each thing the names that have it, in the order in which they come."""
    found: dict[Thing, list[str]] = {}
    for thing, name in pairs:
        found.setdefault(thing, []).append(name)
    return found


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def joined_words(words: Sequence[str]) -> str:
    """Words as a list in a sentence: "a, b en c"."""
    return " en ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def tel(phone: str) -> str:
    """The link that dials a number as it is written in an answer: "0900 111 3 111" -> "tel:09001113111"."""
    digits = re.sub(r"[^\d+]", "", phone)
    return f"tel:{digits}" if digits else ""


def as_markdown(shown: Shown, *, checked: bool = True) -> str:
    """The whole answer as one Markdown text, for mail and whatever shows no parts; `checked` says who checked it."""
    deadlines = "\n".join(f"- **{one.what}**: {one.when}" for one in shown.deadlines)
    referrals = "\n".join(f"- {_referral_line(one)}" for one in shown.referrals)
    links = "\n".join(f"- [{link.title}]({link.url})" for link in (*shown.laws, *shown.sources))
    return joined(
        f"**Let op de termijn**\n{deadlines}" if deadlines else "",
        shown.short,
        shown.text,
        f"**Wie kan helpen?**\n{referrals}" if referrals else "",
        f"**Waar staat dit?**\n{links}" if links else "",
        shown.checked if checked else "",
    )


def _referral_line(one: ShownReferral) -> str:
    name = f"[{one.name}]({one.url})" if one.url else one.name
    phone = f" Telefoon: [{one.phone}]({one.tel})" if one.phone else ""
    hours = f" ({one.hours})" if one.phone and one.hours else ""
    return f"{name}: {one.purpose}.{phone}{hours}".rstrip()


def _deadlines(deadlines: tuple[Deadline, ...], values: Values) -> tuple[ShownDeadline, ...]:
    filled = [ShownDeadline(fill(one.what, values), fill(one.when, values)) for one in deadlines]
    return tuple(one for one in filled if one.what and one.when)


def _referral(referral: Referral, values: Values) -> ShownReferral:
    purpose = referral.purpose.rstrip(".")
    phone, hours = fill(referral.phone, values), fill(referral.hours, values)
    return ShownReferral(referral.name, purpose, referral.url, phone, tel(phone), hours)
