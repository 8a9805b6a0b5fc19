"""From a file to a contract, or to every fault of the file with its line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from maalbar.contract.checks import faults
from maalbar.contract.model import Agreement, Contract, model_for
from maalbar.contract.prices import KINDS, without_kind
from maalbar.contract.values import IDENTIFIER, Section, keys_of
from maalbar.contract.yamlfile import Key, YamlFile, read_yaml
from maalbar.errors import ContractError
from maalbar.periods import add_years
from maalbar.settings import settings

DATED = ("calendar", "baseline", "cohort", "deliveries", "terms", "outcomes", "amendments")
"""The sections whose dates a rehearsal moves; those of sources, status and mandates are history and stay."""


class ContractFaults(ContractError):
    """A file with one or more faults: `line` is the first, `lines` are all."""

    def __init__(self, found: list[ContractError]) -> None:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        super().__init__(found[0].what, where=found[0].where, mend=found[0].mend + more)
        self.lines = [fault.line for fault in found]

    def __reduce__(self) -> tuple[object, ...]:
        return ContractError, (self.line,)


def load_agreement(path: Path) -> Agreement:
    """Load one file; a Contract when it says how it is measured. Raises ContractFaults with file, line, fault and remedy."""
    file = read_yaml(path)
    try:
        agreement = model_for(file.data).model_validate(file.data)
    except ValidationError as error:
        raise ContractFaults(_in_order([_located(file, detail) for detail in error.errors()])) from None
    found = [
        ContractError(f"{_dotted(f.key)}: {f.what}", where=file.where(f.key), mend=f.mend) for f in faults(agreement)
    ]
    if agreement.id != path.stem:
        what = f"id: `{agreement.id}` in a file named {path.name}"
        found.append(ContractError(what, where=file.where(("id",)), mend=f"name the file {agreement.id}.yaml"))
    if found:
        raise ContractFaults(_in_order(found))
    return agreement


def _in_order(found: list[ContractError]) -> list[ContractError]:
    """As a reader of the file meets them."""
    return sorted(found, key=lambda error: int(error.where.rpartition(":")[2]))


def load_contract(path: Path) -> Contract:
    """Load one file that is measured here. Raises ContractFaults, and ContractError when others measure it."""
    agreement = load_agreement(path)
    if not isinstance(agreement, Contract):
        what = f"{agreement.id} does not say how it is measured"
        mend = "add `baseline`, `cohort`, `quality` and `deliveries`, or settle it with `maalbar settle --results`"
        raise ContractError(what, where=str(path), mend=mend)
    return agreement


def read_contracts(paths: Iterable[Path]) -> tuple[list[Contract], list[str]]:
    """The contracts that can be read and are measured here, and a line for every fault of those that cannot be read."""
    found, faulty = read_agreements(paths)
    return [agreement for agreement in found if isinstance(agreement, Contract)], faulty


def read_agreements(paths: Iterable[Path]) -> tuple[list[Agreement], list[str]]:
    """The agreements that can be read, and a line for every fault of those that cannot."""
    found: list[Agreement] = []
    faulty: list[str] = []
    for path in paths:
        try:
            found.append(load_agreement(path))
        except ContractError as error:
            faulty += error.lines
    return found, faulty


def load_all(folders: Iterable[Path] | None = None) -> dict[str, Contract]:
    """Every contract of the folders, by id. Raises ContractError for the first bad file or an id given twice."""
    found: dict[str, Contract] = {}
    for path in contract_files(folders):
        contract = load_contract(path)
        if contract.id in found:
            raise ContractError(
                f"the contract `{contract.id}` stands in two folders", where=str(path), mend="remove one"
            )
        found[contract.id] = contract
    return found


def contract_files(folders: Iterable[Path] | None = None) -> list[Path]:
    """The YAML files of the folders, in order of name within each."""
    where = settings().investments if folders is None else folders
    return [path for folder in where for path in sorted(Path(folder).glob("*.yaml"))]


def find_contract(contract_id: str) -> Contract:
    """The contract of that id in the configured folders. Raises ContractError when there is none."""
    return load_contract(find_file(contract_id))


def rehearsals_of(contract_id: str) -> list[str]:
    """The ids of the rehearsals of a contract in the configured folders."""
    found, _ = read_contracts(contract_files())
    return [contract.id for contract in found if contract.rehearsal and contract.rehearsal.of == contract_id]


def agreement_of(named: str) -> Agreement:
    """The agreement of a file, or of an id in the configured folders. Raises ContractError when there is none."""
    path = Path(named)
    return load_agreement(path if path.suffix in (".yaml", ".yml") else find_file(named))


def find_file(contract_id: str) -> Path:
    """The file of a contract in the configured folders. Raises ContractError when there is none."""
    files = contract_files()
    for path in files:
        if path.stem == contract_id:
            return path
    near = difflib.get_close_matches(contract_id, [path.stem for path in files], n=1)
    mend = f"did you mean `{near[0]}`?" if near else f"known: {', '.join(sorted(p.stem for p in files)) or 'none'}"
    raise ContractError(f"there is no contract `{contract_id}`", mend=mend)


def write_rehearsal(path: Path, years: int, folder: Path) -> Path:
    """Write a copy of a contract with its dates moved by whole years, marked as a rehearsal; return its path.

    Airflow runs only periods that have ended, so what lies in the future is rehearsed in the past.
    """
    original = load_contract(path)
    data = read_yaml(path).data
    data.pop("signatures", None)
    for section in DATED:
        if section in data:
            data[section] = _moved(data[section], years)
    data["id"] = f"{original.id}_demo"
    data["rehearsal"] = {"of": original.id, "shifted_years": str(years)}
    named = [person for party in data["parties"].values() for person in party.get("approvers", ())]
    named += [person for party in data["parties"].values() for person in party.get("deputies", ())]
    for releaser in data.get("release", {}).get("releasers", ()):
        named += [releaser, *releaser.get("deputies", ())]
    for person in named:
        person["name"] = f"DEMO {person['name']}"
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / f"{data['id']}.yaml"
    copy.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=110), encoding="utf-8")
    load_contract(copy)
    return copy


def _moved(value: Any, years: int) -> Any:
    if isinstance(value, dict):
        return {key: _moved(part, years) for key, part in value.items()}
    if isinstance(value, list):
        return [_moved(part, years) for part in value]
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return add_years(date.fromisoformat(value), years).isoformat()
    return value


def _located(file: YamlFile, detail: Any) -> ContractError:
    """Put a pydantic error into our words, at its line."""
    key = without_kind(detail["loc"])
    kind, mend = detail["type"], ""
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(key[-1]), keys_of(Section), n=1, cutoff=0.8)
        what, mend = "unknown key", "remove it or mend the spelling; `maalbar schema` lists the keys"
        if near and near[0] != key[-1]:
            mend = f"did you mean `{near[0]}`?"
    elif kind == "missing":
        what, mend = "is missing", "add it"
    elif kind == "value_error":
        what, mend = str(detail["ctx"]["error"]), "mend the value"
    elif kind == "literal_error":
        what, mend = "is not an allowed value", f"use {detail['ctx']['expected']}"
    elif kind == "string_pattern_mismatch":
        pattern = detail["ctx"]["pattern"]
        only = (
            "use a–z, 0–9, _ and -, without æ, ø, å or spaces" if pattern == IDENTIFIER else f"it must match {pattern}"
        )
        what, mend = "is not written as expected", only
    elif kind in ("union_tag_not_found", "union_tag_invalid"):
        what = "has no `kind`" if kind == "union_tag_not_found" else f"`{detail['ctx']['tag']}` is no kind of price"
        mend = f"use {', '.join(KINDS)}"
    elif kind == "string_type" and detail["input"] is None:
        what, mend = "is empty", "give a value"
    else:
        what, mend = detail["msg"].lower(), "see docs/contract-reference.md"
    return ContractError(f"{_dotted(key)}: {what}", where=file.where(key), mend=mend)


def _dotted(key: Key) -> str:
    return ".".join(str(part) for part in key)
