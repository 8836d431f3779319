"""Answers to suggest for a question: what the assistant ranked, or what fits by its words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx

from loket import catalogue
from loket.assistant import rasa
from loket.faq import answers, placeholders, search, shown
from loket.faq.model import Answer
from loket.faq.variants import Known

MOST = 5
LEAST_PROBABILITY = 0.01


@dataclass(frozen=True)
class Suggestion:
    """An answer as an adviser may use it; `text` is Markdown with deadlines, help and sources, `checked` says who checked it."""

    intent: str
    title: str
    text: str
    probability: float | None = None
    checked: str = ""


@dataclass(frozen=True)
class Reading:
    """What the assistant makes of a text that was typed at the desk."""

    intent: str | None
    theme: str | None
    sector: str | None
    urgent: bool
    ranking: list[dict[str, Any]]
    available: bool = True


def for_question(ranking: list[dict[str, Any]], sector: str | None, text: str, today: date) -> list[Suggestion]:
    """The best answers in order: first by the assistant's ranking, filled up by words."""
    known, faq = answers.cached(), catalogue.load().intents
    chosen: dict[str, Suggestion] = {}
    for entry in ranking:
        name, probability = str(entry["name"]), float(entry["confidence"])
        if name in known and name in faq and faq[name].is_faq and probability >= LEAST_PROBABILITY:
            chosen[name] = suggestion(known[name], sector, today, probability)
    for answer in search.best(text, MOST):
        chosen.setdefault(answer.intent, suggestion(answer, sector, today))
    return list(chosen.values())[:MOST]


def suggestion(answer: Answer, sector: str | None, today: date, probability: float | None = None) -> Suggestion:
    """An answer for a sector, ready to be inserted. Who checked it is for the adviser, who is responsible for what is sent."""
    one = shown.show(answer, Known(sector=sector), placeholders.current(today), today)
    checked = one.checked if answer.live else f"Wordt niet door de computer gegeven: {answer.withheld_reason.strip()}"
    return Suggestion(answer.intent, answer.title, shown.as_markdown(one, checked=False), probability, checked)


async def read(client: httpx.AsyncClient, text: str) -> Reading:
    """Let the assistant read a text; if the assistant is away, say so and know nothing."""
    if len(text.split()) < 2:
        return Reading(None, None, None, False, [])
    try:
        parsed = await rasa.parse(client, text)
    except rasa.AssistantUnavailable:
        return Reading(None, None, None, False, [], available=False)
    ranking = parsed["intent_ranking"][:10]
    known = catalogue.load().intents
    top = str((parsed.get("intent") or {}).get("name"))
    first = next((known[entry["name"]] for entry in ranking if entry["name"] in known), None)
    intent = next((known[e["name"]] for e in ranking if e["name"] in known and known[e["name"]].is_faq), None)
    sectors = [e["value"] for e in parsed.get("entities") or [] if e.get("entity") == "sector"]
    sector = next((value for value in sectors if value in catalogue.SECTORS), None)
    danger = ((parsed.get("decision") or {}).get("safety") or {}).get("level") == "alarm"
    urgent = danger or (first is not None and first.urgent and top == first.id)
    return Reading(intent.id if intent else None, intent.theme if intent else None, sector, urgent, ranking)
