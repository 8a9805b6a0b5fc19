"""The kinds of value a contract is written in: each is text in the file and one exact type in the model."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints, WithJsonSchema

from maalbar.money import Money

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_PERCENT = re.compile(r"(-?[0-9]{1,9}(\.[0-9]{1,9})?) %")
_WRITTEN = r"(?P<number>-?([0-9]{1,3}(_[0-9]{3}){1,4}|[0-9]{1,15})(\.[0-9]{1,12})?)"
_FIGURE = re.compile(_WRITTEN + " (?P<unit>%|points|percentage points|per person-year|units)")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?")


class Section(BaseModel):
    """The base of every section: unknown keys are refused, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, use_attribute_docstrings=True)


class Sourced(Section):
    """A section that says where it comes from: a key of `sources`, or `illustrative` for what is invented."""

    source: str
    """What this section rests on: a key of `sources`, or `illustrative` for what is invented until the parties agree."""


class Figure(Section):
    """A measured figure with its unit: `10 %` of a rate, `0.5 points` on a scale, `1_600 units`."""

    number: Decimal
    """The number as it is written."""
    unit: Literal["%", "points", "percentage points", "per person-year", "units"]
    """What the number counts: `%` of a rate, `points` on a scale, `percentage points`, `per person-year`, or `units`."""

    @property
    def value(self) -> Decimal:
        """In the unit of the result: a proportion for `%`, else the number itself."""
        return self.number / 100 if self.unit == "%" else self.number

    def __str__(self) -> str:
        return f"{self.number:f} {self.unit}"


def _figure(value: Any) -> Any:
    found = _FIGURE.fullmatch(value) if isinstance(value, str) else None
    if isinstance(value, str) and not found:
        raise ValueError(f"a figure is written with its unit, like `10 %`, `0.5 points` or `1_600 units`: {MARKS}")
    if not found:
        return value
    # One figure has one form, however it is written: 10 % and 10.0 % are the same terms.
    return {"number": Decimal(found["number"].replace("_", "")).normalize(), "unit": found["unit"]}


def _date(value: Any) -> Any:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ValueError("a date is written YYYY-MM-DD")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("no such day in the calendar") from None


def _flag(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if value not in ("true", "false"):
        raise ValueError("write `true` or `false`")
    return value == "true"


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("a number is written with digits, not true or false")
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise ValueError("a number is written with digits and a point, like `12.5`")
    return value


def _percent(value: Any) -> Any:
    if isinstance(value, Decimal):
        return value
    found = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise ValueError(f"a share is written with its unit, like `75 %` or `12.5 %`: {MARKS}")
    share = Decimal(found[1]) / 100
    if not 0 <= share <= 1:
        raise ValueError("a share lies between 0 % and 100 %")
    return share


def _money(value: Any) -> Any:
    return Money.parse(value) if isinstance(value, str) else value


def _plain_number(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _plain_percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f} %"


def _written(pattern: str, *kinds: str) -> WithJsonSchema:
    """How a value is written, for editors: text of a pattern, or one of the `kinds` that an editor reads unquoted text as."""
    return WithJsonSchema({"type": ["string", *kinds] if kinds else "string", "pattern": f"^{pattern}$"})


IsoDate = Annotated[date, BeforeValidator(_date), _written(r"\d{4}-\d{2}-\d{2}")]
Flag = Annotated[bool, BeforeValidator(_flag), WithJsonSchema({"enum": ["true", "false", True, False]})]
Number = Annotated[
    Decimal, BeforeValidator(_number), PlainSerializer(_plain_number), _written(r"-?\d+(\.\d+)?", "number")
]
Count = Annotated[int, BeforeValidator(_number), Field(ge=0), _written(r"\d+", "integer")]
Whole = Annotated[int, BeforeValidator(_number), _written(r"-?\d+", "integer")]
Percent = Annotated[
    Decimal, BeforeValidator(_percent), PlainSerializer(_plain_percent), _written(r"(100(\.0+)?|\d{1,2}(\.\d+)?) %")
]
Amount = Annotated[
    Money, BeforeValidator(_money), PlainSerializer(str), _written(r"-?(\d{1,3}(_\d{3})*|\d+)(\.\d{1,3})? [A-Z]{3}")
]
FigureText = Annotated[
    Figure,
    BeforeValidator(_figure),
    PlainSerializer(str),
    _written(r"-?(\d{1,3}(_\d{3})+|\d+)(\.\d+)? (%|points|percentage points|per person-year|units)"),
]
MARKS = "a space before it, a point for decimals"
IDENTIFIER = r"^[a-z0-9][a-z0-9_-]{0,63}$"
Identifier = Annotated[str, StringConstraints(pattern=IDENTIFIER)]
DefinitionRef = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,60}@[0-9]{1,4}$")]
"""A definition and its version, like `hospital_contacts@1`."""


def quoted(text: str) -> str:
    """Text as a YAML scalar in double quotes, whatever it holds."""
    return json.dumps(text, ensure_ascii=False)


def keys_of(section: type[Section]) -> list[str]:
    """Every key of a section and of all that are made from it, for a word that is nearly one of them."""
    own = {field.alias or name for name, field in section.model_fields.items()}
    return sorted(own.union(*(keys_of(kind) for kind in section.__subclasses__())))
