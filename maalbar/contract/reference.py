"""The reference of the contract language, made from the model itself, so that it cannot say anything else."""

from __future__ import annotations

import types
import typing
from datetime import date
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from maalbar.contract import values
from maalbar.contract.model import Contract
from maalbar.contract.values import Section

WRITTEN = {
    id(values.IsoDate): "date, `2027-06-30`",
    id(values.Flag): "`true` or `false`",
    id(values.Number): "number, `12.5`",
    id(values.Count): "whole number, `60`",
    id(values.Whole): "whole number, `-6`",
    id(values.Percent): "share, `75 %`",
    id(values.Amount): "amount, `3_600_000 DKK`",
    id(values.Identifier): "identifier, `region_midtjylland`",
    id(values.DefinitionRef): "definition, `hospital_contacts@1`",
    id(values.FigureText): "figure, `10 %`, `0.5 points` or `1_600 units`",
}

PLAIN = {str: "text", int: "whole number", date: WRITTEN[id(values.IsoDate)]}


def reference() -> str:
    """Markdown: one part per section of a contract, in the order in which a reader meets them."""
    parts = [
        "# The contract language",
        "Made from the model by `maalbar schema --reference`; a test holds the two together. Every value is text in the "
        "file and gets one exact type; nothing is guessed, unknown keys are refused, and tags, anchors and aliases are not "
        "read. `maalbar check FILE` names every fault with its line. `investments/` holds complete examples.",
        "Every section with a `source` names a key of `sources`, or `illustrative` for what is invented.",
    ]
    for section in _sections(Contract, []):
        title = "The file" if section is Contract else section.__name__
        parts += [f"## {title}", _words(section.__doc__), _table(section)]
    return "\n\n".join(parts) + "\n"


def _sections(section: type[Section], seen: list[type[Section]]) -> list[type[Section]]:
    seen.append(section)
    for annotation in typing.get_type_hints(section, include_extras=True).values():
        for found in _inside(annotation):
            if found not in seen:
                _sections(found, seen)
    return seen


def _inside(annotation: Any) -> list[type[Section]]:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return [annotation]
    if id(annotation) in WRITTEN:
        return []
    return [found for part in get_args(annotation) for found in _inside(part)]


def _table(section: type[Section]) -> str:
    rows = ["| key | value | default | meaning |", "|---|---|---|---|"]
    hints = typing.get_type_hints(section, include_extras=True)
    for name, field in section.model_fields.items():
        key = field.alias or name
        rows.append(f"| `{key}` | {_kind(hints[name])} | {_default(field)} | {_words(field.description)} |")
    return "\n".join(rows)


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
        return f"mapping of {_kind(parts[0]).partition(',')[0]} to {_kind(parts[1])}"
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_kind(part) for part in parts if part is not type(None))
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    return PLAIN[annotation]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    return "none" if field.default in (None, (), {}) else f"`{str(field.default).lower()}`"


def _words(text: str | None) -> str:
    return " ".join((text or "").replace("|", "\\|").split())
