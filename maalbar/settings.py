"""Where things are: the few settings that come from the environment, and the folders of the installation."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
"""The checkout: `sql/`, `definitions/` and `investments/` are read from here."""


REHEARSAL = "rehearsal"
"""The folder of a home in which demonstrations keep the copies of contracts that they rehearse."""


@dataclass(frozen=True)
class Settings:
    """One reading of the environment.

    `home` holds all state (landing, store, statements, the embedded database); `database_url` is None when the
    embedded PostgreSQL serves; `investments` are the folders searched for contracts, in order. `engine` runs the steps
    of `sql/` (`duckdb`, `spark://local[2]`) within `threads` and `memory_gb`: text, which `maalbar.engine` reads.
    `landing_folder` is where senders put their files, the home's own when None; `landing_url` is set instead when they
    put them on another machine (`sftp://<Airflow connection>/<path>`, `s3://…`) and they are fetched from there.
    `backups_folder` is where backups are made, the home's own when None. `scratch_folder` is where one is tried out, on a
    disk that nothing sees which serves people: the server that runs there lets in whoever comes to its socket.
    """

    home: Path
    database_url: str | None
    investments: tuple[Path, ...]
    engine: str = "duckdb"
    threads: str = "2"
    memory_gb: str = "4"
    landing_folder: Path | None = None
    landing_url: str | None = None
    backups_folder: Path | None = None
    scratch_folder: Path | None = None

    @property
    def landing(self) -> Path:
        """The folder in which arrivals are looked for: that of the senders, or the private copy of one far away."""
        return self.mirror if self.landing_url else self.landing_folder or self.home / "landing"

    @property
    def mirror(self) -> Path:
        return self.home / "mirror"

    @property
    def store(self) -> Path:
        return self.home / "store"

    @property
    def statements(self) -> Path:
        return self.home / "statements"

    @property
    def portfolio(self) -> Path:
        return self.home / "portfolio"

    @property
    def backups(self) -> Path:
        return self.backups_folder or self.home / "backups"

    @property
    def scratch(self) -> Path:
        """The folder that a try of a backup makes, and that is gone after it."""
        return (self.scratch_folder or self.home / "scratch") / "try"

    def intake_page(self, contract_id: str, period_id: str) -> Path:
        """The page of a period's newest intake (`maalbar.flow.delivery_report` writes it, Airflow shows it)."""
        return self.home / "reports" / contract_id / period_id / "intake.html"


def settings() -> Settings:
    """Read MAALBAR_HOME, MAALBAR_DATABASE_URL and MAALBAR_INVESTMENTS (folders separated by the path separator),
    MAALBAR_ENGINE, MAALBAR_THREADS, MAALBAR_MEMORY_GB, MAALBAR_LANDING (a folder, or an address with `://`), MAALBAR_BACKUPS
    and MAALBAR_SCRATCH.

    By default the contracts are those of the checkout, and the copies that a demonstration has made in the home.
    """
    folders = os.environ.get("MAALBAR_INVESTMENTS", "")
    home = Path(os.environ.get("MAALBAR_HOME") or PROJECT / ".maalbar").resolve()
    given = tuple(Path(folder).resolve() for folder in folders.split(os.pathsep) if folder)
    landing = os.environ.get("MAALBAR_LANDING") or ""
    is_far = "://" in landing
    return Settings(
        home=home,
        database_url=os.environ.get("MAALBAR_DATABASE_URL") or None,
        investments=given or (PROJECT / "investments", home / REHEARSAL),
        engine=os.environ.get("MAALBAR_ENGINE") or Settings.engine,
        threads=os.environ.get("MAALBAR_THREADS") or Settings.threads,
        memory_gb=os.environ.get("MAALBAR_MEMORY_GB") or Settings.memory_gb,
        landing_folder=Path(landing).resolve() if landing and not is_far else None,
        landing_url=landing if is_far else None,
        backups_folder=_folder("MAALBAR_BACKUPS"),
        scratch_folder=_folder("MAALBAR_SCRATCH"),
    )


def _folder(name: str) -> Path | None:
    said = os.environ.get(name)
    return Path(said).resolve() if said else None
