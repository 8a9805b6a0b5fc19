"""One at a time: who makes, discards or tries backups does it alone, and a second one is told so at once."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from maalbar.errors import SetupError


@contextmanager
def alone(lock: Path, what: str) -> Iterator[None]:
    """Hold a lock file for the length of a block. Raises SetupError, saying `what` goes on, where another process holds it."""
    lock.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SetupError(what, where=str(lock.parent), mend="let it finish") from None
        yield
