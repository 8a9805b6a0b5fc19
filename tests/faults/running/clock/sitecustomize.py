"""A clock that can be set: loaded by every Python that finds this folder on its path.

The file that SET_CLOCK names says how many seconds its clock is before the machine's. It is looked at again and again, so a clock
leaps while the process runs, as that of a machine does.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import time_machine

_LOOKED_AT_EVERY_S = 0.2
_file = Path(os.environ["SET_CLOCK"])


def _offset() -> float:
    return float(_file.read_text())


_set = _offset()
_clock = time_machine.travel(time.time() + _set, tick=True).start()


def _follow() -> None:
    global _set
    while True:
        wanted = _offset()
        if wanted != _set:
            _set = wanted
            _clock.move_to(time_machine.escape_hatch.time.time() + _set)
        time.sleep(_LOOKED_AT_EVERY_S)


def _start() -> None:
    threading.Thread(target=_follow, daemon=True).start()


_start()
os.register_at_fork(after_in_child=_start)
