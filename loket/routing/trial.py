"""What `loket routing try` shows: the route of a question that nobody asked."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from loket import catalogue
from loket.routing import rules, words
from loket.routing.rules import Facts, Route


@dataclass(frozen=True)
class Trial:
    facts: dict[str, Any]
    route: Route

    def as_dict(self) -> dict[str, Any]:
        hours = self.route.promise / timedelta(hours=1)
        return {"facts": self.facts, "route": asdict(self.route) | {"promise": hours, "reason": self.route.explanation}}


def of_parse(text: str, parsed: dict[str, Any], sector: str | None, channel: str) -> Trial:
    """The route of a text, which the assistant read as `parsed` (a line of bot.parse)."""
    known = catalogue.load().intents
    decided = (parsed.get("decision") or {}).get("intents") or []
    names = [*decided, parsed.get("intent"), *(entry["name"] for entry in parsed.get("ranking", []))]
    intent = next((known[name] for name in names if name in known and (known[name].is_faq or known[name].urgent)), None)
    found = [entity["value"] for entity in parsed.get("entities", []) if entity.get("entity") == "sector"]
    sector = sector or next((value for value in found if value in catalogue.SECTORS), None)
    urgent = bool(intent and intent.urgent and intent.id in (parsed.get("intent"), *decided))
    theme = intent.theme if intent else None
    facts = Facts(theme, sector, urgent, channel, *words.found(text, parsed.get("intent")))
    shown = {"intent": intent.id if intent else None} | asdict(facts)
    return Trial(shown, rules.route(facts))
