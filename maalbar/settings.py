"""Where things are: the few settings that come from the environment, and the folders of the installation."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
"""The checkout: `sql/`, `definitions/` and `investments/` are read from here."""


@dataclass(frozen=True)
class Settings:
    """One reading of the environment.

    `home` holds all state (landing, store, statements, the embedded database); `database_url` is None when the
    embedded PostgreSQL serves; `investments` are the folders searched for contracts, in order.
    """

    home: Path
    database_url: str | None
    investments: tuple[Path, ...]

    @property
    def landing(self) -> Path:
        return self.home / "landing"

    @property
    def store(self) -> Path:
        return self.home / "store"

    @property
    def statements(self) -> Path:
        return self.home / "statements"


def settings() -> Settings:
    """Read MAALBAR_HOME, MAALBAR_DATABASE_URL and MAALBAR_INVESTMENTS (folders separated by the path separator)."""
    folders = os.environ.get("MAALBAR_INVESTMENTS", "")
    return Settings(
        home=Path(os.environ.get("MAALBAR_HOME") or PROJECT / ".maalbar").resolve(),
        database_url=os.environ.get("MAALBAR_DATABASE_URL") or None,
        investments=tuple(Path(f).resolve() for f in folders.split(os.pathsep) if f) or (PROJECT / "investments",),
    )
