"""The facts of a document as JSON, and back, to the same value: a document can be laid out again from them alone.

Only what facts are made of is known here: the dataclasses of facts, tuples, dicts of text, text, whole numbers, decimals, days,
truth values, None and the mark of what may not be told. A list never occurs; a tuple is written as one.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from maalbar.documents import facts as statement
from maalbar.documents import findings, money_facts, rejections
from maalbar.documents.portfolio import facts as portfolio
from maalbar.documents.yearly import facts as yearly
from maalbar.suppressed import SUPPRESSED, Suppressed

ROOMS = (statement, findings, money_facts, rejections, yearly, portfolio)
KINDS = {
    name: kind for room in ROOMS for name, kind in vars(room).items() if isinstance(kind, type) and is_dataclass(kind)
}
"""Name → dataclass. The names of facts are apart in all rooms."""
KIND, DECIMAL, DAY = "kind", "decimal", "day"


def as_json(facts: Any) -> bytes:
    """The facts as JSON in UTF-8, a line for each of their fields. Raises TypeError for what is no fact."""
    lines = [f"{_compact(name)}:{_compact(value)}" for name, value in _plain(facts).items()]
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def from_json(data: bytes) -> Any:
    """The facts that `as_json` wrote. Raises KeyError for an unknown kind, TypeError where a field is missing or unknown."""
    return _fact(json.loads(data))


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        if KINDS.get(type(value).__name__) is not type(value):
            raise TypeError(f"{type(value).__name__} is no fact of a document")
        return {KIND: type(value).__name__} | {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, dict):
        return {KIND: "", "of": {name: _plain(part) for name, part in value.items()}}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Suppressed):
        return {KIND: Suppressed.CODE}
    if isinstance(value, Decimal):
        return {DECIMAL: str(value)}
    if isinstance(value, date):
        return {DAY: value.isoformat()}
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError(f"{type(value).__name__} is no fact of a document")


def _fact(told: Any) -> Any:
    if isinstance(told, list):
        return tuple(_fact(part) for part in told)
    if not isinstance(told, dict):
        return told
    if DECIMAL in told:
        return Decimal(told[DECIMAL])
    if DAY in told:
        return date.fromisoformat(told[DAY])
    kind = told[KIND]
    if kind == Suppressed.CODE:
        return SUPPRESSED
    if not kind:
        return {name: _fact(part) for name, part in told["of"].items()}
    return KINDS[kind](**{name: _fact(part) for name, part in told.items() if name != KIND})
