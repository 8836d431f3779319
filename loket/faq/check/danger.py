"""First-aid texts: known numbers that can be tapped, nothing promised at night, short sentences, the right form of address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import get_args

from loket.faq import danger, domains, laws
from loket.faq.check import phones, readability
from loket.faq.danger import DangerFile, FirstAid, Writer
from loket.yamlfile import ContentError, Problem, read

MAX_NUMBERS = 4
"""Phone numbers in what one reader sees before the line on who reads along: more is a list to search through."""
MAX_ACTION_WORDS = 35
FIRST_AID_WORDS = 170

_LINK = re.compile(r"\[([^\]]+)\]\(([^)]*)\)")
_FORMAL = re.compile(r"\b(?:u|uw)\b", re.IGNORECASE)
_FAMILIAR = re.compile(r"\b(?:je|jij|jou|jouw)\b", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')
_PROMISED = re.compile(r"\b(?:seintje|gewaarschuwd|waarschuw\w*|zo snel mogelijk|meteen|direct)\b", re.IGNORECASE)

Fault = tuple[tuple[str | int, ...], str]


def problems() -> list[Problem]:
    """Every problem of data/faq/danger.yml, each with its line."""
    if not danger.path().is_file():
        return [Problem(str(danger.path()), 1, "this file is missing")]
    try:
        file, document = danger.read(), read(danger.path())
    except ContentError as error:
        return sorted(error.problems)
    return sorted(document.problem(path, message) for path, message in faults(file))


def faults(file: DangerFile) -> Iterator[Fault]:
    """What is wrong, with its place in the file."""
    for index, one in enumerate(file.kinds):
        for path, message in _faults(one):
            yield ("kinds", index, *path), f"{one.kind}: {message}"
    for language, text in file.failure.items():
        yield from _numbers(("failure", language), text)


def _faults(one: FirstAid) -> Iterator[Fault]:
    dutch = ("action", "child_action", "parent", "child", "parent_in_danger", "day", "night", "ask_line")
    for name in dutch:
        text = getattr(one, name)
        yield from _numbers((name,), text)
        yield from (((name,), message) for message in readability.problems(text, one.kind))
    for language, text in one.languages.items():
        yield from _numbers(("languages", language), text)
        if missing := _dialled(one.action) - _dialled(text):
            yield ("languages", language), f"does not name {', '.join(sorted(missing))}, which the action does"
    yield from _addressed(one)
    yield from _hours(one)
    yield from _at_a_glance(one)
    yield from _founded(one)


def _numbers(path: tuple[str | int, ...], text: str) -> Iterator[Fault]:
    """Every number is listed, is a link that dials it, and is written as it is dialled."""
    for label, target in _LINK.findall(text):
        if target.startswith("tel:") and re.sub(r"\D", "", label) != re.sub(r"\D", "", target):
            yield path, f"{label} dials {target}"
    for number in sorted(_dialled(text) - phones.allowed()):
        yield path, f"phone number {number} is not in data/faq/phones.yml"
    for number in phones.in_text(_LINK.sub("", text)):
        # Once it is a link somewhere in the same first aid, 112 and 113 may be repeated in a sentence.
        if number not in {"112", "113"}:
            yield path, f"{number} is no link: [{number}](tel:{number})"


def _addressed(one: FirstAid) -> Iterator[Fault]:
    """A child is never "u", a parent never "je" except in what is said to a child, and what both read addresses nobody."""
    for name, refused in (
        ("child", _FORMAL),
        ("child_action", _FORMAL),
        ("parent", _FAMILIAR),
        ("parent_in_danger", _FAMILIAR),
        ("action", _FAMILIAR),
    ):
        if found := refused.search(_QUOTED.sub("", getattr(one, name))):
            yield (name,), f"{found[0]!r} addresses somebody else"
    for name in ("day", "night", "ask_line"):
        if found := _FORMAL.search(getattr(one, name)) or _FAMILIAR.search(getattr(one, name)):
            yield (name,), f"{found[0]!r}: parents and children both read this"


def _hours(one: FirstAid) -> Iterator[Fault]:
    """At night nobody reads along: this is said, nothing is promised, and every number is answered at that hour."""
    if "niemand" not in one.night:
        yield ("night",), "does not say that nobody reads along now"
    if found := _PROMISED.search(one.night):
        yield ("night",), f"{found[0]!r} promises somebody at night"
    if not _dialled(one.night):
        yield ("night",), "does not say who is awake"
    for number in sorted(_dialled(one.night) - phones.day_and_night()):
        yield ("night",), f"{number} is not known to be answered day and night"


def _at_a_glance(one: FirstAid) -> Iterator[Fault]:
    """One action with its number, and no more text or numbers than somebody frightened can take in."""
    for name in ("action", "child_action"):
        text = getattr(one, name)
        if text and not _dialled(text):
            yield (name,), "names no number"
        if (words := readability.measure(text).words) > MAX_ACTION_WORDS:
            yield (name,), f"{words} words; an action has at most {MAX_ACTION_WORDS}"
    for writer in get_args(Writer):
        text = f"{one.action_for(writer)}\n{one.child if writer == 'child' else one.parent}"
        if len(numbers := _dialled(text)) > MAX_NUMBERS:
            yield (writer,), f"{len(numbers)} phone numbers; at most {MAX_NUMBERS}"
        if (words := readability.measure(text).words) > FIRST_AID_WORDS:
            yield (writer,), f"{words} words with its action; at most {FIRST_AID_WORDS}"


def _founded(one: FirstAid) -> Iterator[Fault]:
    for index, source in enumerate(one.sources):
        if reason := domains.refusal(source.url):
            yield ("sources", index, "url"), f"{source.url} is a listed site ({reason})"
    if not (one.law or any(domains.official(source.url) for source in one.sources)):
        yield ("sources",), "rests on no article and no official page"
    for index, article in enumerate(one.law):
        if article.act not in laws.acts():
            yield ("law", index, "act"), f"unknown act {article.act!r}"
        elif article.version > laws.acts()[article.act].version:
            yield ("law", index, "version"), f"{article.act} {article.version} is newer than laws.yml knows"


def _dialled(text: str) -> set[str]:
    """The numbers that can be tapped in a text, digits only."""
    return {re.sub(r"\D", "", target) for _, target in _LINK.findall(text) if target.startswith("tel:")}
