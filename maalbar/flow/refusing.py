"""Refusing: every fault that is found while a file is looked at becomes one line under the name that its sender knows.

What a library says of a fault of its own often holds the cell at which it stumbled, so none of it is repeated.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from maalbar.contract import Contract
from maalbar.errors import DeliveryRefused, MaalbarError, SetupError
from maalbar.landing.arrivals import latest_day
from maalbar.manifest import told
from maalbar.settings import PROJECT
from maalbar.store import FULL

_NAMELESS = ("", "header")


@contextmanager
def refusals_of(file: str, copy: Path) -> Iterator[None]:
    """Give refusals the name of the file where they call it by that of its private copy, or not at all.

    Raises DeliveryRefused for whatever else fails, by the place in the code; SetupError when there is no room. What
    SQLAlchemy raises is left as it is.
    """
    try:
        yield
    except DeliveryRefused as error:
        if error.where not in (*_NAMELESS, copy.name):
            raise
        raise type(error)(error.what, where=told(file), mend=error.mend) from None
    except (MaalbarError, MemoryError, SQLAlchemyError):  # a results database that is gone is no fault of the file
        raise
    except OSError as error:
        if error.errno not in FULL:
            raise
        mend = "free some and run it again; nothing was lost"
        raise SetupError("there is no room left on the disk", where=told(file), mend=mend) from None
    except Exception as error:
        what = f"cannot be looked through ({type(error).__name__} at {_place(error)})"
        mend = "look for a value that no register has; if there is none, tell those who look after Maalbar"
        raise DeliveryRefused(what, where=told(file), mend=mend) from None


def refuse_a_day_to_come(contract: Contract, day: date, file: str) -> None:
    """Raise DeliveryRefused for a file that describes a day which has not come: nobody can know yet what it says."""
    latest = latest_day(contract, datetime.now(UTC))
    if day > latest:
        mend = "draw the extract on the day it describes, or later"
        raise DeliveryRefused(f"describes {day}, and today is {latest}", where=told(file), mend=mend)


def _place(error: Exception) -> str:
    """The last line of our own that was run: file and number, without what stands there."""
    ours = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(PROJECT) and "site-packages" not in frame.filename
    ]
    return f"{Path(ours[-1].filename).relative_to(PROJECT)}:{ours[-1].lineno}" if ours else "no place of ours"
