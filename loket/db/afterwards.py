"""What reading leaves behind (who read what, whose page is open), written without the reader waiting for it.

It is written at once if nobody is in the way, so usually before the page is shown. When another transaction holds the lock, it
goes to a queue in this process, and a thread writes it as soon as it can. A process that stops writes its queue first; only
one that is killed while another holds the lock loses what was in it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError
from sqlalchemy.orm import Session

from loket.db.base import Busy, transaction

logger = logging.getLogger(__name__)

Work = Callable[[Session], object]
PAUSE_SECONDS = 0.5
"""Before the next try, after the database was busy for as long as anybody waits for it, or away."""
STOP_SECONDS = 6.0
"""How long a process that stops goes on trying. Less than the supervisor waits for it."""


class Queue:
    """Work that waits to be written, first come first served, by a thread that is there only while something waits."""

    def __init__(self) -> None:
        self._waiting: deque[Work] = deque()
        self._changed = threading.Condition()
        self._writing = False

    def do(self, work: Work) -> None:
        """Do this now if that takes no waiting, otherwise soon. It has a transaction of its own, and may be tried again."""
        if not self._waiting:
            try:
                with transaction(waits=False) as session:
                    work(session)
                return
            except Busy:
                pass
        with self._changed:
            self._waiting.append(work)
            if not self._writing:
                self._writing = True
                threading.Thread(target=self._write, name="afterwards", daemon=True).start()

    def finish(self, seconds: float = STOP_SECONDS) -> None:
        """Wait until everything is written, at most so long."""
        with self._changed:
            if not self._changed.wait_for(lambda: not self._writing, seconds):
                logger.error("%s notes of what was read could not be written", len(self._waiting))

    def _write(self) -> None:
        while True:
            with self._changed:
                if not self._waiting:
                    self._writing = False
                    self._changed.notify_all()
                    return
                work = self._waiting[0]
            if not _done(work):
                time.sleep(PAUSE_SECONDS)
                continue
            with self._changed:
                self._waiting.popleft()


def _done(work: Work) -> bool:
    try:
        with transaction() as session:
            work(session)
    except (OperationalError, InterfaceError, TimeoutError):
        return False
    except Exception:
        # Trying again would not help, and what comes after it must not wait for ever.
        logger.exception("a note of what was read could not be written")
    return True


queue = Queue()
do = queue.do
finish = queue.finish
