"""What the words mean: indicators, stays, tariffs, survey scales, populations, pension ages: each a named, versioned file.

A definition is never edited once a figure was made with it: a new meaning is a new version in a new file.
"""

from __future__ import annotations

from functools import cache
from typing import TypeVar

from pydantic import ValidationError

from maalbar.contract.model import digest_of
from maalbar.contract.values import Section
from maalbar.definitions.definition import FOLDER, Definition, bad, known, read
from maalbar.definitions.disclosure import DisclosureProfile
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
from maalbar.definitions.names import Names
from maalbar.definitions.pension_ages import PensionAge
from maalbar.definitions.populations import Population
from maalbar.definitions.scales import Band, Category, Condition, Domain, Scale
from maalbar.definitions.stays import BedDayIndicator, ReadmissionIndicator, Stay, StayIndicator
from maalbar.definitions.tariffs import Tariff
from maalbar.errors import ContractError

__all__ = [
    "FOLDER", "OF_STAYS", "Band", "BedDayIndicator", "BenefitIndicator", "Category", "ClaimIndicator", "Condition",
    "ContactIndicator", "CostIndicator", "CountIndicator", "Definition", "DisclosureProfile", "Domain",
    "GivenIndicator", "Indicator", "Names", "PensionAge", "Population", "ReadmissionIndicator", "Scale",
    "ServiceIndicator", "Stay", "StayIndicator", "SurveyIndicator", "Tariff", "digest", "disclosure_profile",
    "indicator", "is_amount", "known", "names", "pension_age", "population", "priced", "scale", "stay",
    "survey_indicators", "tables_of", "tariff",
]  # fmt: skip

Kind = TypeVar("Kind", bound=Definition)
OF_STAYS = (StayIndicator, BedDayIndicator, ReadmissionIndicator)
AMOUNTS = (ServiceIndicator, BenefitIndicator, BedDayIndicator, CostIndicator)
PRICED = (ContactIndicator, StayIndicator, BedDayIndicator)
"""What a tariff can price: whole numbers of things that happen on a date."""


class _IndicatorFile(Section):
    indicator: Indicator


@cache
def indicator(ref: str) -> Indicator:
    """The indicator `name@version`. Raises ContractError when there is no such file or it cannot be read."""
    file = read("indicators", ref)
    try:
        found = _IndicatorFile.model_validate({"indicator": file}).indicator
    except ValidationError as error:
        raise bad(ref, error) from None
    if isinstance(found, SurveyIndicator):
        _check_parts(found)
    return found


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
    parts = {ref: indicator(ref) for ref in found.of.values()}
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


def is_amount(ref: str) -> bool:
    """Whether the units of an indicator are no events, but hours, weeks, nights or kroner, of which one person has many."""
    return isinstance(indicator(ref), AMOUNTS)


@cache
def pension_age(ref: str) -> PensionAge:
    """The pension age `name@version`. Raises ContractError when there is no such file or it cannot be read."""
    return _read("pension_ages", ref, PensionAge)


@cache
def names(ref: str) -> Names:
    """The list of names `name@version`. Raises ContractError when there is no such file or it cannot be read."""
    return _read("names", ref, Names)


@cache
def disclosure_profile(ref: str) -> DisclosureProfile:
    """The disclosure profile `name@version`. Raises ContractError when there is no such file or it cannot be read."""
    return _read("disclosure", ref, DisclosureProfile)


def survey_indicators() -> dict[str, SurveyIndicator]:
    """Every shipped survey indicator by `name@version`."""
    return {ref: found for ref in known("indicators") if isinstance(found := indicator(ref), SurveyIndicator)}


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
        return [found, tariff(found.tariff), *(part for name in sorted(found.of.values()) for part in _rests_on(name))]
    return [found]


def _read(shelf: str, ref: str, kind: type[Kind]) -> Kind:
    try:
        return kind.model_validate(read(shelf, ref))
    except ValidationError as error:
        raise bad(ref, error) from None


def _check_parts(found: SurveyIndicator) -> None:
    """Raises ContractError for a domain or a group that the indicator's scale does not have."""
    rests_on, where = scale(found.scale), f"definition {found.ref}"
    if found.domain and found.domain not in rests_on.domains:
        mend = f"known: {', '.join(rests_on.domains) or 'none'}"
        raise ContractError(f"{rests_on.ref} has no domain `{found.domain}`", where=where, mend=mend)
    unknown = [name for name in found.groups if name not in rests_on.groups]
    if unknown:
        mend = f"known: {', '.join(rests_on.groups) or 'none'}"
        raise ContractError(f"{rests_on.ref} has no group `{unknown[0]}`", where=where, mend=mend)
    if found.domain and found.groups:
        raise ContractError("groups are those of the whole scale", where=where, mend="leave out `domain` or `groups`")
