"""What the model says of the contract language: every section, where it stands, and every key with its kind and meaning."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from maalbar.contract import values
from maalbar.contract.model import Contract
from maalbar.contract.values import Section

WRITTEN = {
    id(values.IsoDate): "date",
    id(values.Flag): "`true` or `false`",
    id(values.Number): "number",
    id(values.Count): "whole number",
    id(values.Whole): "whole number",
    id(values.Percent): "share",
    id(values.Amount): "amount",
    id(values.Identifier): "identifier",
    id(values.DefinitionRef): "definition",
    id(values.FigureText): "figure",
}
PLAIN = {str: "text", int: "whole number", Decimal: "number", date: "date", Any: "any value"}


@dataclass(frozen=True)
class KeyRow:
    """One key of a section: how its value is written, what holds without it, and what it means."""

    key: str
    kind: str
    default: str
    meaning: str


def sections() -> dict[type[Section], list[str]]:
    """Every section in the order in which a reader meets them, and the places of the file where it stands."""
    found: dict[type[Section], list[str]] = {}
    for section, place in _sections(Contract, ""):
        found.setdefault(section, []).append(place)
    return found


def keys(section: type[Section]) -> list[KeyRow]:
    """The keys of a section as they are written in the file, in the model's order."""
    hints = typing.get_type_hints(section, include_extras=True)
    return [
        KeyRow(field.alias or name, _kind(hints[name]), _default(field), words(field.description))
        for name, field in section.model_fields.items()
    ]


def words(text: str | None) -> str:
    """Text on one line, for a cell of a Markdown table."""
    return " ".join((text or "").replace("|", "\\|").split())


def _sections(section: type[Section], place: str) -> Iterator[tuple[type[Section], str]]:
    yield section, place
    hints = typing.get_type_hints(section, include_extras=True)
    for name, field in section.model_fields.items():
        below = f"{place}.{field.alias or name}".lstrip(".")
        for found, more in _inside(hints[name], below):
            yield from _sections(found, more)


def _inside(annotation: Any, place: str) -> Iterator[tuple[type[Section], str]]:
    """The sections in a value, each with its place; `*` stands for any key or position."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation, place
    elif id(annotation) not in WRITTEN:
        deeper = place + ".*" if get_origin(annotation) in (dict, tuple) else place
        for part in get_args(annotation):
            yield from _inside(part, deeper)


def _kind(annotation: Any) -> str:
    if id(annotation) in WRITTEN:
        return WRITTEN[id(annotation)]
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is typing.Annotated:
        return _kind(parts[0])
    if origin is Literal:
        return " / ".join(f"`{part}`" for part in parts)
    if origin is tuple:
        return f"list of {_kind(parts[0])}"
    if origin is dict:
        return f"mapping of {_kind(parts[0])} to {_kind(parts[1])}"
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_kind(part) for part in parts if part is not type(None))
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    return PLAIN[annotation]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    if field.default in (None, (), {}):
        return "–"
    if isinstance(field.default, Section):
        return "its own defaults"
    if isinstance(field.default, tuple):
        return f"`[{', '.join(map(str, field.default))}]`"
    if isinstance(field.default, Decimal):
        return f"`{field.default * 100:f} %`"
    return f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"
