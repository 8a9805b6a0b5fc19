"""A container of `tests.e2e.services.docker`: a process group of this machine, with an environment of its own."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from dataclasses import dataclass

import psutil


@dataclass
class Container:
    """A container that has been started: its process and the time of its birth, and the environment that it has."""

    service: str
    pid: int
    born: float
    command: list[str]
    environment: dict[str, str]

    def is_up(self) -> bool:
        try:
            process = psutil.Process(self.pid)
            return process.create_time() == self.born and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    def signal(self, number: signal.Signals) -> None:
        """SIGKILL takes all of a container; any other signal reaches its first process."""
        with suppress(ProcessLookupError):
            (os.killpg if number == signal.SIGKILL else os.kill)(self.pid, number)
