"""A message as others see it: for the API as data, for pages with what a template needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from loket.conversations import models
from loket.conversations.models import Message
from loket.http.markdown import from_markdown, from_plain


@dataclass(frozen=True)
class LinkView:
    title: str
    url: str


@dataclass(frozen=True)
class DeadlineView:
    """What must be done, and by when."""

    what: str
    when: str


@dataclass(frozen=True)
class ReferralView:
    """Who can help, with what; `tel` is a link that dials `phone`. What is not known is empty."""

    name: str
    purpose: str
    url: str
    phone: str
    tel: str
    hours: str


@dataclass(frozen=True)
class AnswerView:
    """The parts of an answer. Each text is there as Markdown and, with `_html`, safe to show; `checked` is plain text.

    `short` answers by itself, `text` is to be read on, `easier` says it in very easy words, `child` to a pupil.
    """

    short: str
    short_html: str
    text: str
    text_html: str
    easier: str
    easier_html: str
    child: str
    child_html: str
    deadlines: list[DeadlineView]
    referrals: list[ReferralView]
    laws: list[LinkView]
    sources: list[LinkView]
    checked: str
    urgent: bool


@dataclass(frozen=True)
class ChoiceView:
    id: str
    label: str


@dataclass(frozen=True)
class AttachmentView:
    name: str
    url: str
    size: int


@dataclass(frozen=True)
class MessageView:
    """`sender` is parent, assistant, adviser or system; `text` is Markdown (a parent's is plain); `html` is safe to show.

    `text` and `html` hold the whole of an answer, for who shows nothing else; `answer` holds it in parts.
    `kind` says what sort of reply it is: greeting, answer, talk, note, ask, sector, offer, handed_over, unavailable.
    """

    id: int
    sender: str
    text: str
    html: str
    created_at: datetime
    answer: AnswerView | None = None
    choices: list[ChoiceView] = field(default_factory=list)
    kind: str = ""
    title: str = ""
    name: str = ""
    helpful: bool | None = None
    attachments: list[AttachmentView] = field(default_factory=list)


def view(message: Message) -> MessageView:
    extra = message.extra or {}
    plain = message.sender == models.PARENT
    answer = extra.get("answer")
    return MessageView(
        id=message.id,
        sender=message.sender,
        text=message.text,
        html=str(from_plain(message.text) if plain else from_markdown(message.text)),
        created_at=message.created_at,
        answer=_answer(answer, urgent=bool(extra.get("urgent"))) if answer else None,
        choices=[ChoiceView(choice["id"], choice["label"]) for choice in extra.get("choices", [])],
        kind=extra.get("kind", ""),
        title=extra.get("title", ""),
        name=extra.get("name", ""),
        helpful=message.helpful,
        attachments=[AttachmentView(one["name"], one["url"], one["size"]) for one in extra.get("attachments", [])],
    )


def _answer(kept: dict[str, Any], *, urgent: bool) -> AnswerView:
    texts = {name: kept[name] for name in ("short", "text", "easier", "child")}
    return AnswerView(
        **texts,
        **{f"{name}_html": str(from_markdown(text)) for name, text in texts.items()},
        deadlines=[DeadlineView(**one) for one in kept["deadlines"]],
        referrals=[ReferralView(**one) for one in kept["referrals"]],
        laws=[LinkView(**one) for one in kept["laws"]],
        sources=[LinkView(**one) for one in kept["sources"]],
        checked=kept["checked"],
        urgent=urgent,
    )
