"""A message as others see it: for the API as data, for pages with what a template needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from loket.conversations import models
from loket.conversations.models import Message
from loket.http.markdown import from_markdown, from_plain


@dataclass(frozen=True)
class SourceView:
    title: str
    url: str


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

    `kind` says what sort of reply it is: greeting, answer, talk, note, ask, sector, offer, handed_over, added, safety,
    unavailable. `intents` are those that it answers. `danger` and `level` (ask, alarm) go with safety. `delivered` is true of
    a parent's message that is with a person.
    """

    id: int
    sender: str
    text: str
    html: str
    created_at: datetime
    sources: list[SourceView] = field(default_factory=list)
    checked_on: date | None = None
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


def view(message: Message) -> MessageView:
    extra = message.extra or {}
    plain = message.sender == models.PARENT
    checked = extra.get("checked_on")
    return MessageView(
        id=message.id,
        sender=message.sender,
        text=message.text,
        html=str(from_plain(message.text) if plain else from_markdown(message.text)),
        created_at=message.created_at,
        sources=[SourceView(source["title"], source["url"]) for source in extra.get("sources", [])],
        checked_on=date.fromisoformat(checked) if checked else None,
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
    )
