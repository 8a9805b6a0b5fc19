"""What the contract says that a column of the file is: its name, the canonical column it becomes, how its dates are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from maalbar.contract.delivering import Delivery
from maalbar.tables import TABLES

_NUMBERS = ("integer", "hundredths")
_DATES = ("date", "timestamp")
_NOTHING: tuple[str | None, str] = (None, "unknown")
_DIGITS = {"%Y": 4, "%m": 2, "%d": 2, "%H": 2, "%M": 2, "%S": 2}


@dataclass(frozen=True)
class AgreedColumn:
    """One column of the file. `place`: its name where the contract knows that name, otherwise its number, since the
    name of a column that nobody agreed on may itself hold a person. `canonical` is None where it becomes nothing."""

    place: str
    canonical: str | None
    kind: str
    date_formats: tuple[str, ...]

    @property
    def is_number(self) -> bool:
        return self.kind in _NUMBERS

    @property
    def is_id(self) -> bool:
        return self.canonical is not None and (self.canonical.endswith("_id") or self.canonical == "unit")

    @property
    def is_date(self) -> bool:
        return self.kind in _DATES

    @property
    def is_profiled(self) -> bool:
        """Whether the column may hold anything at all: text, or what the contract ignores or does not know."""
        return self.kind in ("text", "unknown")

    @property
    def written_dates(self) -> str | None:
        """The pattern of a cell that is a date in the agreed form; None where no date is agreed."""
        return f"^(?:{'|'.join(map(_written, self.date_formats))})$" if self.is_date else None


def agreed_columns(header: tuple[str, ...], delivery: Delivery) -> list[AgreedColumn]:
    """One for each column of the header, in its order."""
    roles: dict[str, list[tuple[str | None, str]]] = {}
    formats = tuple(
        dict.fromkeys([delivery.date_format, *(way.date_format for way in delivery.layouts if way.date_format)])
    )
    for name, canonical, kind in _named(delivery):
        roles.setdefault(name, []).append((canonical, kind))
    ignored = {*delivery.ignored, *(name for way in delivery.layouts for name in way.ignored)}
    known = {*roles, *ignored, *delivery.only, *delivery.retracted, delivery.corrections}
    found: list[AgreedColumn] = []
    for number, name in enumerate(header, start=1):
        if delivery.shape == "weekly_columns" and _is_week(name, delivery.week_prefix):
            found.append(AgreedColumn(name, None, "text", formats))
            continue
        # A column that is one thing in one layout and another in the next is looked at as the freer of the two.
        role = min(roles.get(name, [_NOTHING]), key=lambda role: role[1] != "text")
        found.append(AgreedColumn(name if name in known else f"column no. {number}", *role, formats))
    return found


def _named(delivery: Delivery) -> Iterator[tuple[str, str, str]]:
    """(name in the file, canonical column, its kind) for every column that becomes something."""
    kinds = TABLES[delivery.table].columns
    for columns in (delivery.columns, *(way.columns for way in delivery.layouts)):
        for canonical, name in columns.items():
            yield name, canonical, kinds[canonical].kind if canonical in kinds else "text"
    for scale in delivery.items.values():
        for name in scale.values():
            yield name, "answer", "integer"
    for name in delivery.measures.values():
        yield name, "quantity", "hundredths"


def _is_week(name: str, prefix: str) -> bool:
    return name.startswith(prefix) and re.fullmatch("[0-9]{4}", name.removeprefix(prefix)) is not None


def _written(date_format: str) -> str:
    """The pattern of a date in that format: every part with all its digits."""
    return re.sub("%[YmdHMS]", lambda part: f"[0-9]{{{_DIGITS[part[0]]}}}", re.escape(date_format))
