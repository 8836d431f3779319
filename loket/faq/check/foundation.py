"""A rule rests on an article or an official page, and never on a listed site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from loket.faq import domains, laws
from loket.faq.check.rules import Context, Fault
from loket.faq.model import Answer

LEAST_OFFICIAL = 0.5
"""Share of all source pages that are official."""


def faults(answer: Answer, context: Context) -> Iterator[Fault]:
    """No article and no official page; a listed domain; a deadline whose article is not among those of the answer."""
    if (not context.dialogue or answer.urgent) and not _founded(answer):
        yield ("sources",), "rests on no article and no official page"
    for index, source in enumerate(answer.sources):
        if reason := domains.refusal(source.url):
            yield ("sources", index, "url"), f"{source.url} is a listed site ({reason})"
        if "wetten.overheid.nl" in source.url:
            yield ("sources", index, "url"), "name the article in `law`; its link is made from that"
    for part in answer.parts():
        if part.field == "what":
            yield from _deadline_faults(answer, part.path[:-1])


def official_share(answers: Iterable[Answer]) -> float:
    """The share of official pages among all sources of the answers that are given; 1 without sources."""
    urls = [source.url for answer in answers if answer.live for source in answer.sources]
    return sum(map(domains.official, urls)) / len(urls) if urls else 1.0


def _founded(answer: Answer) -> bool:
    return bool(answer.law) or any(domains.official(source.url) for source in answer.sources)


def _deadline_faults(answer: Answer, path: tuple[str | int, ...]) -> Iterator[Fault]:
    deadline: object = answer
    for step in path:
        deadline = deadline[step] if isinstance(step, int) else getattr(deadline, step)  # type: ignore[index]
    stated = getattr(deadline, "law", "")
    named = {(article.act, article.article) for article in answer.law}
    missing = [f"{act} art. {number}" for act, number in laws.articles_named(stated) if (act, number) not in named]
    if missing:
        yield (*path, "law"), f"the deadline's {', '.join(missing)} is not in `law`"
    elif not stated and not _founded(answer):
        yield path, "the deadline rests on no article and no official page"
