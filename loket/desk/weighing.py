"""Which sentence of a question weighed most in what the assistant thought, found once and kept with the question log."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import httpx
from sqlalchemy import select
from sqlalchemy.orm import Session

from loket.assistant import rasa
from loket.conversations.models import Question
from loket.db import afterwards
from loket.db.base import reading
from loket.tickets.models import Ticket

KEY = "weighed_most"
MOST_SENTENCES = 8
MOST_QUESTIONS = 3
SECONDS = 1.5
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")


async def weigh(client: httpx.AsyncClient, ticket_id: int) -> None:
    """Have the sentences of the ticket's latest questions read, each by itself. Without the assistant nothing happens."""
    for question in await asyncio.to_thread(_unweighed, ticket_id):
        spans = sentences(question.text)
        if len(spans) < 2 or not question.ranking:
            continue
        try:
            async with asyncio.timeout(SECONDS):
                parsed = [await rasa.parse(client, question.text[begin:end].strip()) for begin, end in spans]
        except (rasa.AssistantUnavailable, TimeoutError):
            return
        top = question.ranking[0]["name"]
        weights = [_probability(one, top) for one in parsed]
        await asyncio.to_thread(_keep, question.id, spans[weights.index(max(weights))])


def sentences(text: str) -> list[tuple[int, int]]:
    """Where the sentences of a text begin and end; one of fewer than three words says too little by itself."""
    spans = [match.span() for match in _SENTENCE.finditer(text) if len(match.group().split()) >= 3]
    return spans[:MOST_SENTENCES]


def weighed_most(question: Question) -> str:
    """The sentence that weighed most, or an empty text when there is only one or it is not known."""
    begin, end = question.decision.get(KEY, (0, 0))
    return question.text[begin:end].strip()


def _unweighed(ticket_id: int) -> list[Question]:
    with reading() as session:
        conversation = select(Ticket.conversation_id).where(Ticket.id == ticket_id).scalar_subquery()
        query = select(Question).where(Question.conversation_id == conversation).order_by(Question.id.desc())
        return [question for question in session.scalars(query.limit(MOST_QUESTIONS)) if KEY not in question.decision]


def _probability(parsed: dict[str, Any], intent: str) -> float:
    return next((float(e["confidence"]) for e in parsed["intent_ranking"] if e["name"] == intent), 0.0)


def _keep(question_id: int, span: tuple[int, int]) -> None:
    def write(session: Session) -> None:
        question = session.get(Question, question_id)
        if question is not None:
            question.decision = question.decision | {KEY: list(span)}

    afterwards.do(write)
