"""A referral can be reached, with what is in the lists, and is not this desk itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from loket.faq import domains
from loket.faq.check import phones
from loket.faq.check.rules import Context, Fault
from loket.faq.check.wording import SELF
from loket.faq.model import Answer

_ALL_DIGITS = re.compile(r"\D")


def faults(answer: Answer, context: Context) -> Iterator[Fault]:
    """A referral without url and phone, to this desk itself, to a listed site, or with a number outside phones.yml."""
    for index, referral in enumerate(answer.referrals):
        if not (referral.url or referral.phone):
            yield ("referrals", index), f"{referral.name} has no url and no phone: nobody can reach it"
        if SELF.search(referral.name):
            yield ("referrals", index, "name"), f"{referral.name} is this desk itself"
        if referral.url and (reason := domains.refusal(referral.url)):
            yield ("referrals", index, "url"), f"{referral.url} is a listed site ({reason})"
        if referral.phone and _ALL_DIGITS.sub("", referral.phone) not in phones.allowed():
            yield ("referrals", index, "phone"), f"phone number {referral.phone} is not in data/faq/phones.yml"
    for part in answer.parts():
        for number in phones.in_text(part.text):
            if number not in phones.allowed():
                yield part.path, f"phone number {number} is not in data/faq/phones.yml"
