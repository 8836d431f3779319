"""A message as others see it: for the API as data, for pages with what a template needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from loket.conversations import models
from loket.conversations.models import Message
from loket.faq.danger import DUTCH, direction, quick_exit
from loket.faq.shown import Link, ShownDeadline, ShownReferral
from loket.http.markdown import from_markdown, from_plain


@dataclass(frozen=True)
class AnswerView:
    """The parts of an answer. Each text is there as Markdown and, with `_html`, safe to show; `checked` is plain text.

    `short` answers by itself, `text` is for reading on, `easier` says it in very easy words, `child` to a pupil.
    """

    short: str
    short_html: str
    text: str
    text_html: str
    easier: str
    easier_html: str
    child: str
    child_html: str
    deadlines: list[ShownDeadline]
    referrals: list[ShownReferral]
    laws: list[Link]
    sources: list[Link]
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

    `text` and `html` have the whole answer, for whoever shows nothing else; `answer` has it in parts.
    `kind` says what sort of reply it is: greeting, answer, talk, note, ask, sector, offer, handed_over, added, safety,
    unavailable. `intents` are those that it answers. `danger` and `level` (ask, alarm) go with safety. `delivered` is true of
    a parent's message that is with a person. `language` and `direction` ("ltr", "rtl") are those of a text of ours. With
    `quick_exit` somebody may be looking along: a page offers a way to leave it at once.
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
    intents: list[str] = field(default_factory=list)
    level: str = ""
    danger: str = ""
    delivered: bool = False
    language: str = DUTCH
    direction: str = "ltr"
    quick_exit: bool = False


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
        intents=list(extra.get("intents", [])),
        level=extra.get("level", ""),
        danger=extra.get("danger", ""),
        delivered=message.state == models.DELIVERED,
        language=extra.get("language", DUTCH),
        direction=direction(extra.get("language", DUTCH)),
        quick_exit=extra.get("level") == "alarm" and quick_exit(extra.get("danger", "")),
    )


def _answer(kept: dict[str, Any], *, urgent: bool) -> AnswerView:
    texts = {name: kept[name] for name in ("short", "text", "easier", "child")}
    return AnswerView(
        **texts,
        **{f"{name}_html": str(from_markdown(text)) for name, text in texts.items()},
        deadlines=[ShownDeadline(**one) for one in kept["deadlines"]],
        referrals=[ShownReferral(**one) for one in kept["referrals"]],
        laws=[Link(**one) for one in kept["laws"]],
        sources=[Link(**one) for one in kept["sources"]],
        checked=kept["checked"],
        urgent=urgent,
    )
