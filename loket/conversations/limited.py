"""What a parent reads when a limit is reached: why, when to try again, whom to call meanwhile, and the numbers for danger."""

from __future__ import annotations

import math

from loket import settings
from loket.conversations import first_aid
from loket.exceptions import Refused


class TooMany(Refused):
    """A limit is reached; `retry_after` is in seconds, 0 where waiting does not help."""

    code = "too_many_requests"
    status = 429

    def __init__(self, why: str = "", retry_after: int = 0) -> None:
        self.retry_after = retry_after
        self.headers = {"Retry-After": str(retry_after)} if retry_after else {}
        phone = settings.load().contact_phone
        parts = [
            why or self.message,
            f"Probeer het opnieuw over {in_words(retry_after)}." if retry_after else "",
            f"U kunt ons ook bellen: {phone}." if phone else "",
            first_aid.failure_text(),
        ]
        super().__init__(" ".join(part for part in parts if part))


def in_words(seconds: int) -> str:
    """Roughly how long, never too short: "20 seconden", "1 minuut", "12 minuten"."""
    if seconds < 60:
        return "1 seconde" if seconds == 1 else f"{seconds} seconden"
    minutes = math.ceil(seconds / 60)
    return "1 minuut" if minutes == 1 else f"{minutes} minuten"
