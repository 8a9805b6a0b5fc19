"""The contract files that ship with Maalbar, and what of them the reference shows as examples."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from maalbar.contract import load_agreement
from maalbar.contract.model import Agreement
from maalbar.contract.prices import Brackets, SavingsShare
from maalbar.contract.values import Section
from maalbar.contract.yamlfile import read_yaml
from maalbar.settings import PROJECT

DOCS = PROJECT / "docs"
EXAMPLES = DOCS / "examples"
PRICES = EXAMPLES / "prices"
FEATURES = EXAMPLES / "features"
LONGEST = 44

REFUSED = {(SavingsShare, "index"), (SavingsShare, "earned"), (SavingsShare, "parts"), (Brackets, "index")}
"""Keys that every price of a family has and one kind refuses, so that no sound file can show them."""

Found = dict[tuple[type[Section], str], str]
"""(section, key) → the first value of that key, as it is written."""


def contract_files() -> list[Path]:
    """Every contract that ships: what is real first, then the examples from the simple to the special."""
    folders = (PROJECT / "investments", EXAMPLES, PRICES, FEATURES)
    return [path for folder in folders for path in sorted(folder.glob("*.yaml"))]


@cache
def loaded(path: Path) -> Agreement:
    """One shipped contract, read once."""
    return load_agreement(path)


def examples(files: Iterable[Path]) -> Found:
    """The first value of every key in the files, found by walking the data of each beside its model."""
    found: Found = {}
    for path in files:
        _walk(loaded(path), read_yaml(path).data, found)
    return found


def example_of(found: Found, section: type[Section], key: str) -> str | None:
    """The example of a key: of the section itself, or of the one it extends or is extended by."""
    if (section, key) in found:
        return found[section, key]
    kin = (value for (other, name), value in found.items() if name == key and _are_kin(other, section))
    return next(kin, None)


def _are_kin(one: type[Section], two: type[Section]) -> bool:
    return issubclass(one, two) or issubclass(two, one)


def _walk(section: Section, data: dict[str, Any], found: Found) -> None:
    for name, field in type(section).model_fields.items():
        key = field.alias or name
        if key in data:
            found.setdefault((type(section), key), flow(data[key]))
            _into(getattr(section, name), data[key], found)


def _into(value: Any, data: Any, found: Found) -> None:
    if isinstance(value, Section):
        if isinstance(data, dict):
            _walk(value, data, found)
    elif isinstance(value, dict):
        for key, part in value.items():
            _into(part, data[key], found)
    elif isinstance(value, tuple):
        for part, given in zip(value, data, strict=True):
            _into(part, given, found)


def flow(data: Any, longest: int = LONGEST) -> str:
    """A value as YAML on one line, cut where it grows too long for a cell of a table; of sections by id, the ids are shown."""
    text = _flow(data)
    if len(text) > longest and isinstance(data, dict) and all(isinstance(value, dict) for value in data.values()):
        text = "{" + ", ".join(f"{_scalar(key)}: {{…}}" for key in data) + "}"
    return text if len(text) <= longest else text[: longest - 1].rstrip(" ,{[") + "…"


def _flow(data: Any) -> str:
    if isinstance(data, dict):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(value)}" for key, value in data.items()) + "}"
    if isinstance(data, list):
        return "[" + ", ".join(_flow(value) for value in data) + "]"
    return _scalar(data)


def _scalar(text: str | None) -> str:
    """A scalar in quotes where YAML's own readers would otherwise take it for something else."""
    plain = " ".join((text or "").split())
    needs = not plain or re.search(r"[:#{}\[\],&*!|>'\"%@`]", plain[:1]) or re.search(r": |, | #|[{}\[\]]", plain)
    return f'"{plain}"' if needs else plain
