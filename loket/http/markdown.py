"""Text to HTML that is safe to show: Markdown from the assistant and advisers, plain text from parents."""

from __future__ import annotations

from functools import lru_cache
from html import escape

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "blockquote", "code"}
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
_SCHEMES = {"https", "http", "mailto", "tel"}

_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True})


@lru_cache(maxsize=2048)
def from_markdown(text: str) -> Markup:
    """Markdown to HTML; headings, images and raw HTML do not survive."""
    return Markup(  # noqa: S704 - nh3 has cleaned it
        nh3.clean(
            _markdown.render(text),
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            url_schemes=_SCHEMES,
            link_rel="noopener noreferrer",
        )
    )


def from_plain(text: str) -> Markup:
    """What a parent typed, as paragraphs; every character stands for itself."""
    paragraphs = [part.strip() for part in text.replace("\r\n", "\n").split("\n\n")]
    return Markup("".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in paragraphs if part))  # noqa: S704 - escaped
