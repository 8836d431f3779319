"""Was the answer compared with the newest version of each act?"""

from __future__ import annotations

from collections.abc import Iterator

from loket.faq import laws
from loket.faq.check.rules import Context, Fault
from loket.faq.model import Answer


def faults(answer: Answer, context: Context) -> Iterator[Fault]:
    """A version that data/tables/laws.yml does not know yet, or that lies in the future."""
    for index, article in enumerate(answer.law):
        newest = laws.acts()[article.act].version
        if article.version > newest:
            yield ("law", index, "version"), f"{article.act} {article.version} is newer than the {newest} of laws.yml"


def warnings(answer: Answer, context: Context) -> Iterator[Fault]:
    """An article that was compared with an older version: to be looked at again, not wrong in itself."""
    for index, article in enumerate(answer.law):
        newest = laws.acts()[article.act].version
        if article.version < newest:
            yield (
                ("law", index, "version"),
                f"held against {article.act} of {article.version}; there is one of {newest}: check art. {article.article} again",
            )
