"""Personal data in text that may be kept for training: found and masked by deduce (Dutch names, places, numbers, dates)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from deduce import Deduce

if TYPE_CHECKING:
    from loket.training.examples import Example

IDENTIFYING = frozenset({"patient", "persoon", "telefoonnummer", "emailadres", "bsn"})
"""deduce's tags that no training example may carry. Places, dates, ages and institutions are ordinary in a question."""

NO_NAMES = frozenset({"Engels", "Duits", "Mooi", "Pas"})
"""Words that deduce takes for a name and that parents write at the head of a sentence, or of a language. Only where examples are
checked, which a person has read: what is masked, is masked."""


@cache
def deduce() -> Deduce:
    """The recogniser. Its very first start builds look-up tables (about a minute); `make install` does that."""
    return Deduce()


def found(examples: Iterable[Example]) -> Iterator[tuple[Example, str]]:
    """The examples with identifying data, and which kind."""
    for example in examples:
        for annotation in deduce().deidentify(example.text).annotations:
            if annotation.tag in IDENTIFYING and annotation.text not in NO_NAMES:
                yield example, f"{annotation.tag} {annotation.text!r}"
                break


def masked(text: str) -> str:
    """The text with every name, number, place and date replaced by its kind in square brackets."""
    return str(deduce().deidentify(text).deidentified_text)


if __name__ == "__main__":
    deduce()
