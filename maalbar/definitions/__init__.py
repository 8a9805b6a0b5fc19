"""What the words mean: indicators, stays, tariffs, scales and populations, each a named, versioned file under `definitions/`.

A definition is never edited once a figure was made with it: a new meaning is a new version in a new file.
"""

from __future__ import annotations

from functools import cache
from typing import TypeVar

from pydantic import ValidationError

from maalbar.contract.model import digest_of
from maalbar.contract.values import Section
from maalbar.definitions.definition import FOLDER, Definition, bad, read
from maalbar.definitions.indicators import (
    BenefitIndicator,
    ClaimIndicator,
    ContactIndicator,
    CostIndicator,
    CountIndicator,
    GivenIndicator,
    Indicator,
    ServiceIndicator,
    SurveyIndicator,
)
from maalbar.definitions.populations import Population
from maalbar.definitions.scales import Scale
from maalbar.definitions.stays import BedDayIndicator, ReadmissionIndicator, Stay, StayIndicator
from maalbar.definitions.tariffs import Tariff
from maalbar.errors import ContractError

__all__ = [
    "FOLDER", "OF_STAYS", "BedDayIndicator", "BenefitIndicator", "ClaimIndicator", "ContactIndicator", "CostIndicator",
    "CountIndicator", "Definition", "GivenIndicator", "Indicator", "Population", "ReadmissionIndicator", "Scale",
    "ServiceIndicator", "Stay", "StayIndicator", "SurveyIndicator", "Tariff", "digest", "indicator", "population", "priced",
    "scale", "stay", "tables_of", "tariff",
]  # fmt: skip

Kind = TypeVar("Kind", bound=Definition)
OF_STAYS = (StayIndicator, BedDayIndicator, ReadmissionIndicator)
PRICED = (ContactIndicator, StayIndicator, BedDayIndicator)
"""What a tariff can price: whole numbers of things that happen on a date."""


class _IndicatorFile(Section):
    indicator: Indicator


@cache
def indicator(ref: str) -> Indicator:
    """The indicator `name@version`. Raises ContractError when there is no such file or it cannot be read."""
    file = read("indicators", ref)
    try:
        return _IndicatorFile.model_validate({"indicator": file}).indicator
    except ValidationError as error:
        raise bad(ref, error) from None


@cache
def scale(ref: str) -> Scale:
    """The scale `name@version`. Raises ContractError when there is no such file or it cannot be read."""
    return _read("scales", ref, Scale)


@cache
def stay(ref: str) -> Stay:
    """The definition of a stay, `name@version`. Raises ContractError when there is no such file or it cannot be read."""
    return _read("stays", ref, Stay)


@cache
def tariff(ref: str) -> Tariff:
    """The tariff `name@version`. Raises ContractError when there is no such file or it cannot be read."""
    return _read("tariffs", ref, Tariff)


def priced(found: CostIndicator) -> dict[str, Indicator]:
    """The indicators that a cost is made of. Raises ContractError for one that has no price by the piece."""
    parts = {ref: indicator(ref) for ref in found.of}
    for ref, part in parts.items():
        if not isinstance(part, PRICED):
            mend = "name contacts, stays, admissions or bed days"
            raise ContractError(f"`{ref}` cannot be priced by the piece", where=f"definition {found.ref}", mend=mend)
    return parts


def tables_of(ref: str) -> list[tuple[str, str | None]]:
    """(canonical table, sector) that an indicator is counted from: stays from hospital contacts, costs from their parts."""
    found = indicator(ref)
    if isinstance(found, CostIndicator):
        return sorted({table for part in priced(found) for table in tables_of(part)})
    if isinstance(found, OF_STAYS):
        return [("contacts", "hospital")]
    return [(found.table, getattr(found, "sector", None))]


@cache
def population(ref: str) -> Population:
    """The standard population `name@version`. Raises ContractError when there is no such file or it cannot be read."""
    return _read("populations", ref, Population)


def digest(ref: str) -> str:
    """SHA-256 of what an indicator, and what it rests on, say: its scale, its stays, its tariff and their parts."""
    return digest_of([found.model_dump(mode="json", exclude_defaults=True) for found in _rests_on(ref)])


def _rests_on(ref: str) -> list[Definition]:
    found = indicator(ref)
    if isinstance(found, SurveyIndicator):
        return [found, scale(found.scale)]
    if isinstance(found, OF_STAYS):
        return [found, stay(found.stays)]
    if isinstance(found, CostIndicator):
        return [found, tariff(found.tariff), *(part for name in sorted(found.of) for part in _rests_on(name))]
    return [found]


def _read(shelf: str, ref: str, kind: type[Kind]) -> Kind:
    try:
        return kind.model_validate(read(shelf, ref))
    except ValidationError as error:
        raise bad(ref, error) from None
