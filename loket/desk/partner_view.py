"""A conversation as a partner organisation reads it: without the keys to other pages."""

from __future__ import annotations

import re
from dataclasses import replace

from loket.conversations.views import MessageView

_PRIVATE = re.compile(r"/vraag/[\w-]{10,}")
_FILE = re.compile(r"^.*/vraag/[^/]+/bijlagen/(\d+)$")


def without_links(message: MessageView) -> MessageView:
    """The message without private links: they would open the question even after the partner has returned it."""
    files = [replace(file, url=_FILE.sub(r"/balie/bijlagen/\1", file.url)) for file in message.attachments]
    return replace(message, text=_hidden(message.text), html=_hidden(message.html), attachments=files)


def _hidden(text: str) -> str:
    return _PRIVATE.sub("/vraag/…", text)
