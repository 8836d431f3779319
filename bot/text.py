"""What a parent typed, made safe for Rasa."""

import unicodedata

# What a slash can look like. To Rasa only "/" is one; the others would become one if anything normalised the text.
SLASHES = "/\uff0f\u2044\u2215\u29f8"
# What the pipeline reads when nothing is left of a text: it carries no meaning, so the decision is to ask.
PLACEHOLDER = "?"


def harmless(text: str) -> str:
    """The text without what could make Rasa read an intent payload in it: leading slashes and invisible characters."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    start = 0
    while start < len(text) and (text[start] in SLASHES or _invisible(text[start])):
        start += 1
    return text[start:].strip() or PLACEHOLDER


def _invisible(character: str) -> bool:
    return character.isspace() or unicodedata.category(character)[0] in "CZ"
