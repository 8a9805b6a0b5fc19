"""A malformed delivery: what is wrong with it, how it is made, and what must become of it."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from maalbar.contract import Contract, load_contract
from maalbar.contract.yamlfile import read_yaml
from maalbar.manifest import SUFFIX

TINY = Path(__file__).parent.parent.parent / "contracts" / "tiny.yaml"
AS_OF = "2022-10-15"


@dataclass(frozen=True)
class Refused:
    """The whole file is refused, with this line behind the contract and the period."""

    line: str
    kind: str = "DeliveryRefused"
    is_told_of: bool = True
    """Whether the refusal is in the database: not where a look at the landing folder is all there was."""


@dataclass(frozen=True)
class SetAside:
    """The file is taken in without some rows: reason → the rows of the file, from 1."""

    reasons: dict[str, list[int]]
    collapsed: int = 0


@dataclass(frozen=True)
class Same:
    """The file is taken in, and its canonical table is to the byte that of `as_good`, the good file of its source by default."""

    as_good: bytes | None = None
    collapsed: int = 0


@dataclass(frozen=True)
class Waits:
    """The file is not there yet: nothing is taken in, and nothing refused."""


Expected = Refused | SetAside | Same | Waits


@dataclass(frozen=True)
class Case:
    """One malformed delivery of a source of the tiny contract. `delivery` describes the source otherwise; `manifest` changes what
    is announced, or is the whole manifest, or None where there is none; `placed` changes what lies in the folder in the end."""

    name: str
    faults: tuple[str, ...]
    expected: Expected
    raw: bytes
    source: str = "population"
    file: str = ""
    delivery: dict[str, Any] = field(default_factory=dict)
    manifest: dict[str, Any] | bytes | None = field(default_factory=dict)
    placed: Callable[[Path], None] | None = None

    @property
    def file_name(self) -> str:
        return self.file or f"{self.source}.csv"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()


def write_contract(folder: Path, contract_id: str, deliveries: dict[str, dict[str, Any]]) -> Contract:
    """The tiny contract under another id, with sources that are described otherwise (None takes a key away)."""
    data = copy.deepcopy(read_yaml(TINY).data)
    data["id"] = contract_id
    for source, changes in deliveries.items():
        told = data["deliveries"][source] | changes
        data["deliveries"][source] = {key: value for key, value in told.items() if value is not None}
    file = folder / f"{contract_id}.yaml"
    file.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return load_contract(file)


def land(landing: Path, contract_id: str, case: Case) -> None:
    """Put the file into its landing folder, and the manifest last."""
    folder = landing / contract_id / case.source
    folder.mkdir(parents=True)
    (folder / case.file_name).write_bytes(case.raw)
    if isinstance(case.manifest, bytes):
        (folder / f"f{SUFFIX}").write_bytes(case.manifest)
    elif case.manifest is not None:
        said: dict[str, Any] = {"contract": contract_id, "source": case.source, "as_of": AS_OF, "file": case.file_name}
        said |= {"sha256": case.sha256, "rows": case.raw.count(b"\n") - 1, "bytes": len(case.raw)} | case.manifest
        (folder / f"f{SUFFIX}").write_text(json.dumps(said), encoding="utf-8")
    if case.placed:
        case.placed(folder)


def rows(source: str, *changes: tuple[int, str, str], more: tuple[str, ...] = ()) -> bytes:
    """The good file of a source with some cells changed, (row from 1, column, cell), and with more lines at its end."""
    header, *lines = GOOD[source].decode().splitlines()
    names, cells = header.split(";"), [line.split(";") for line in lines]
    for row, column, cell in changes:
        cells[row - 1][names.index(column)] = cell
    return ("\n".join([header, *(";".join(row) for row in cells), *more]) + "\n").encode()


def _lines(header: str, line: Callable[[int], str]) -> bytes:
    return "\n".join([header, *(line(n) for n in range(1, 21)), ""]).encode()


AREAS = ("north", "east", "south", "west")
GOOD = {
    "population": _lines(
        "person;sex;born;area;moved_in;moved_out;died;emigrated;care_home",
        lambda n: f"p{n:02};{'FM'[n % 2]};{1930 + n}-{n % 9 + 1:02}-01;{AREAS[n % 4]};2010-01-01;;;;0",
    ),
    "contacts": _lines(
        "person;contact;began;ended;priority;form;unit;system",
        lambda n: f"p{n:02};k{n:02};2021-10-{n:02} 10:00;2021-10-{n:02} 11:30;ATA1;ALCA00;u{n % 3};LPR3",
    ),
    "billed": _lines("person;contact;week;specialty;form", lambda n: f"p{n:02};b{n:02};22{n:02};800120;K"),
    "benefits": _lines("person;y_2201;y_2202", lambda n: f"p{n:02};783;783"),
    "services": _lines("person;service;week_start;hours", lambda n: f"p{n:02};care;2021-10-{n:02};{n},25"),
    "surveys": _lines(
        "person;answered;mode;proxy;satisfaction;hl1;hl2", lambda n: f"p{n:02};2021-10-{n:02};W;0;{n % 11};;"
    ),
    "claims": _lines(
        "plan;person;kind;agreed;state", lambda n: f"c{n:02};p{n:02};action_plans;2021-10-{n:02};verified"
    ),
}
"""Twenty good rows of each source: two may be set aside before there are too many."""
