"""Places that are given on a command line: what cannot be a folder, or cannot be written, is one line that names it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from maalbar.errors import MaalbarError, SetupError

ELSEWHERE = "choose another place"


def require_folder(path: Path) -> None:
    """Refuse, before any work is done for it, a place that is no folder and cannot become one. It makes nothing.

    Raises SetupError.
    """
    above = next((there for there in (path, *path.absolute().parents) if there.exists()), path)
    if not above.is_dir():
        raise _cannot_be_written(path, os.strerror(errno.ENOTDIR))
    if not os.access(above, os.W_OK | os.X_OK):
        raise _cannot_be_written(path, os.strerror(errno.EACCES))


@contextmanager
def writing_to(path: Path) -> Iterator[None]:
    """What the system says of a place while it is written to, as one line. Raises SetupError.

    What it says of any other file is no fault of the place that was given, and stays what it is.
    """
    try:
        yield
    except MaalbarError:  # one of them is a ConnectionError too
        raise
    except OSError as error:
        if not any(_is_at(told, path) for told in (error.filename, error.filename2) if told):
            raise
        raise _cannot_be_written(path, error.strerror or type(error).__name__) from None


def _is_at(told: str | bytes | int, path: Path) -> bool:
    """Whether a file is the place, one in it, a draft beside it, or a folder that leads to it."""
    if isinstance(told, int):
        return False
    found, place = Path(os.fsdecode(told)).absolute(), path.absolute()
    is_draft = found.parent == place.parent and place.name in found.name
    return is_draft or found.is_relative_to(place) or place.is_relative_to(found)


def _cannot_be_written(path: Path, why: str) -> SetupError:
    return SetupError(f"cannot be written ({why})", where=str(path), mend=ELSEWHERE)
