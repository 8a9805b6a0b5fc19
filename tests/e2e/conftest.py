"""A home for a whole installation: state of its own, taken down whatever happens."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from maalbar import database
from maalbar.local.installation import take_down


@pytest.fixture(scope="module")
def e2e_home() -> Iterator[Path]:
    """An empty folder for MAALBAR_HOME, with a path short enough for a socket; nothing of the caller's settings is seen."""
    folder = Path(tempfile.mkdtemp(prefix="maalbar-e2e-"))
    with pytest.MonkeyPatch.context() as patch:
        for name in ("MAALBAR_HOME", "MAALBAR_INVESTMENTS", "MAALBAR_DATABASE_URL"):
            patch.setenv(name, "")
        yield folder
        database.close()
        take_down(folder)
    shutil.rmtree(folder, ignore_errors=True)
