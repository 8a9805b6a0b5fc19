"""Indicators: what is counted of a person in a window, one kind for each table it is counted from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from maalbar.contract.values import Count, DefinitionRef, Flag, Identifier
from maalbar.definitions.definition import Definition
from maalbar.definitions.stays import OfStays


class ContactIndicator(Definition):
    """Contacts with the health service; a rule left empty means any."""

    table: Literal["contacts"]
    sector: Literal["hospital", "primary"]
    priority: tuple[str, ...] = ("*",)
    form: tuple[str, ...] = ("*",)
    specialty: tuple[str, ...] = ("*",)
    min_hours: Count = 0
    under_hours: Count = 0
    """A contact as long or longer does not count, nor does one still open; 0 is no limit."""
    excludes_own_units: Flag = False


class ServiceIndicator(Definition):
    """Hours or days of services."""

    table: Literal["services"]
    services: tuple[str, ...]


class BenefitIndicator(Definition):
    """Weeks off all of the codes, as self-support is told, or on any of them; `*` is any code at all."""

    table: Literal["benefits"]
    codes: tuple[str, ...]
    weeks: Literal["off", "on"] = "off"


class ClaimIndicator(Definition):
    """Verified claims of an outcome."""

    table: Literal["claims"]
    outcome: Identifier


class CountIndicator(Definition):
    """A measure that the source has counted already."""

    table: Literal["counts"]
    measure: Identifier


class SurveyIndicator(Definition):
    """The score on a scale or on one of its domains; or, with `groups`, the percentage of persons in these."""

    table: Literal["surveys"]
    scale: DefinitionRef
    domain: Identifier | None = None
    """A domain of the scale. Left out: the whole scale."""
    groups: tuple[Identifier, ...] = ()
    """Bands or categories of the scale. A person counts 100 in one of them and 0 in another."""


class CostIndicator(Definition):
    """What is used, at the tariff of its date. `of`: for each amount of the tariff the indicator it is an amount of."""

    table: Literal["costs"]
    tariff: DefinitionRef
    of: dict[Identifier, DefinitionRef]


class GivenIndicator(Definition):
    """A result that others have measured and hand in."""

    table: Literal["given"]


Indicator = Annotated[
    ContactIndicator
    | ServiceIndicator
    | OfStays
    | BenefitIndicator
    | ClaimIndicator
    | CountIndicator
    | SurveyIndicator
    | CostIndicator
    | GivenIndicator,
    Field(discriminator="table"),
]
