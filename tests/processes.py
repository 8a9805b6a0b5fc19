"""Processes of their own for tests that kill, race or end them: forked, so that they need not import everything again."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from typing import Any

from sqlalchemy import event

from maalbar import database

_FORK = multiprocessing.get_context("fork")


def start(function: Callable[..., Any], *args: Any) -> multiprocessing.process.BaseProcess:
    """A process that runs a function on connections of its own; it ends with 0, or 1 where the function raises."""
    database.close()  # a connection shared by two processes is nobody's
    process = _FORK.Process(target=function, args=args)
    process.start()
    return process


def ended(process: multiprocessing.process.BaseProcess) -> int:
    """Its exit code, when it has ended; negative: the signal that ended it."""
    process.join(60)
    assert process.exitcode is not None, "it ends within a minute"
    return process.exitcode


def is_killed_at(statement: int, function: Callable[..., Any], *args: Any) -> bool:
    """Run a function in a process that is killed just before its n-th statement, a commit being one too.

    Whether it was; a function with fewer statements ends by itself.
    """
    code = ended(start(_dying, statement, function, *args))
    assert code in (0, -signal.SIGKILL), f"ended with {code}"
    return code != 0


def is_killed_after(function: Callable[..., Any], *args: Any) -> None:
    """Run a function in a process that is killed when it has returned, before anyone hears of it."""
    assert ended(start(_dying_after, function, *args)) == -signal.SIGKILL


def at_once(count: int, function: Callable[..., Any], *args: Any) -> list[Any]:
    """What a function returns in so many processes that begin at the same moment; an error stands for itself."""
    together, told = _FORK.Barrier(count), _FORK.SimpleQueue()
    running = [start(_telling, together, told, function, *args) for _ in range(count)]
    found = [told.get() for _ in running]
    assert [ended(process) for process in running] == [0] * count
    return found


def _telling(together: Any, told: Any, function: Callable[..., Any], *args: Any) -> None:
    together.wait(60)
    try:
        told.put(function(*args))
    except Exception as error:
        told.put(error)


def _dying(statement: int, function: Callable[..., Any], *args: Any) -> None:
    seen = 0

    def count(*_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    for moment in ("before_cursor_execute", "commit"):
        event.listen(database.engine(), moment, count)
    function(*args)


def _dying_after(function: Callable[..., Any], *args: Any) -> None:
    function(*args)
    os.kill(os.getpid(), signal.SIGKILL)
