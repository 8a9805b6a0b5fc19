"""Two rooms on one machine: each with a home, a results database and secrets of its own, and the contract files in common."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psycopg
import pytest

from maalbar import database
from maalbar.bundle import keys
from maalbar.local import postgres

TODAY = date(2026, 3, 1)
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Room:
    """A room that can be entered: what is called inside works on its home and its database."""

    home: Path
    url: str
    secrets: tuple[tuple[str, str], ...]

    @contextmanager
    def entered(self) -> Iterator[Path]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("MAALBAR_HOME", str(self.home))
            patch.setenv("MAALBAR_DATABASE_URL", self.url)
            for name, value in self.secrets:
                patch.setenv(name, value)
            yield self.home


@dataclass(frozen=True)
class Rooms:
    """`measuring` holds the deliveries and the private key; `paying` has only a list of keys that it trusts."""

    measuring: Room
    paying: Room
    trusted: Path


@contextmanager
def two_rooms(server: postgres.Postgres, template: str, folder: Path, contract_id: str) -> Iterator[Rooms]:
    """Both rooms, empty; the measuring room's key is trusted with one contract from 2025 to the end of 2026."""

    def administer(command: str) -> None:
        place = str(server.socket_folder)
        with psycopg.connect(host=place, user="postgres", dbname="postgres", autocommit=True) as link:
            link.execute(command)  # type: ignore[call-overload]

    names = [f"{name}_{next(_numbers)}" for name in ("measuring", "paying")]
    for name in names:
        administer(f"create database {name} template {template}")
        (folder / name).mkdir()
    secret, trusted = folder / "room.key", folder / "trusted.yaml"
    trusted.write_text(trusts(keys.new_key(secret), contract_id), encoding="utf-8")
    measuring, paying = (folder / name for name in names)
    yield Rooms(
        Room(measuring, server.url(names[0]), ((keys.PRIVATE_FILE, str(secret)),)),
        Room(paying, server.url(names[1]), ((keys.TRUSTED, str(trusted)),)),
        trusted,
    )
    database._engine.cache_clear()
    for name in names:
        administer(f"drop database {name} with (force)")


def trusts(public: str, contract_id: str, start: str = "2025-01-01", end: str = "2027-01-01") -> str:
    """A list of trusted keys with one in it."""
    row = f"{{name: The research machine, key: '{public}', from: {start}, to: {end}, contracts: [{contract_id}]}}"
    return f"keys:\n  - {row}\n"
