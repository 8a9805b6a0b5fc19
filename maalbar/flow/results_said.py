"""What rows of an outcome may and must say, read off its terms once, and the two kinds of cell that are not words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from maalbar.contract import Agreement
from maalbar.contract.outcomes import Outcome
from maalbar.contract.prices import Rate, SavingsShare, UnitPrice
from maalbar.contract.units import looked_at
from maalbar.contract.versions import version_in, versions

STATES = ("claimed", "verified", "rejected")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Said:
    """What a row of one outcome may and must say."""

    estimator: str
    estimators: tuple[str, ...]
    """Its own, and those of its fallback."""
    basis: str
    """Of a figure that does not say."""
    is_figure: bool
    """A row is one figure. Tariffs and prices on units count rows up instead."""
    is_ratio: bool
    is_turned: bool
    """A change for the better is written with a minus."""
    is_per_result: bool
    """A row is a person's own result, and the price says which of them count as a unit."""
    may_be_negative: bool
    units: tuple[str, ...]
    currency: str
    first_day: date
    states: tuple[str, ...]
    milestones: tuple[str | None, ...]
    """Those of a chain; nothing but an empty cell without one. Likewise `items`."""
    items: tuple[str | None, ...]
    needs_person: bool
    needs_day: bool
    tasks: tuple[str, ...]
    """Those that payers share by."""
    cohorts: tuple[str, ...]
    """Those with a deadweight of their own; any where there is none."""


def said_by_period(agreement: Agreement) -> dict[str, dict[str, Said]]:
    """Followed period → outcome → what its rows may say, by the terms in force in the period."""
    by_version = [
        {name: said_of(terms, name, outcome) for name, outcome in terms.outcomes.items()}
        for terms in versions(agreement)
    ]
    return {p.id: by_version[version_in(agreement, p.id)] for p in agreement.calendar.followed}


def said_of(agreement: Agreement, outcome_id: str, outcome: Outcome) -> Said:
    """What the terms look at in the results of an outcome."""
    price = outcome.price
    on_units = isinstance(price, UnitPrice)
    tariff: tuple[Rate, ...] = getattr(price, "tariff", ())
    rates: tuple[Rate, ...] = tariff or getattr(price, "rates", ())
    chain = getattr(price, "milestones", ())
    limit = price.per_person if isinstance(price, UnitPrice) else None
    by_days = any(step.days_after_previous for step in chain) or bool(limit and limit.days_between)
    shares = outcome.sharing == "measured_saving"
    return Said(
        estimator=outcome.estimator,
        estimators=tuple(dict.fromkeys((outcome.estimator, *(outcome.fallback.use if outcome.fallback else ())))),
        basis="cumulative" if agreement.terms.basis == "cumulative" else "period",
        is_figure=outcome.contrast is not None and not tariff,
        is_ratio=outcome.contrast == "ratio",
        is_turned=outcome.better == "lower" and outcome.contrast in ("ratio", "difference"),
        is_per_result=getattr(price, "success", None) is not None,
        may_be_negative=bool(tariff),
        units=_units(agreement, outcome_id, outcome),
        currency=agreement.terms.currency,
        first_day=agreement.calendar.periods[0].start,
        states=tuple(dict.fromkeys((*STATES, *(price.pays_states if isinstance(price, UnitPrice) else ())))),
        milestones=tuple(step.id for step in chain) or (None,),
        items=tuple(dict.fromkeys(rate.item for rate in rates)) or (None,),
        needs_person=on_units and bool(chain or limit or agreement.terms.person_maximum),
        needs_day=by_days,
        cohorts=tuple(outcome.deadweight.cohorts) if outcome.deadweight else (),
        tasks=tuple(dict.fromkeys(row.task for row in agreement.terms.responsibilities)) if shares else (),
    )


def _units(agreement: Agreement, outcome_id: str, outcome: Outcome) -> tuple[str, ...]:
    """The units a value of an outcome may be written in."""
    price = outcome.price
    success = getattr(price, "success", None)
    if success is not None:
        return (success.figures[0].unit,)
    if isinstance(price, SavingsShare) and not price.tariff:
        return (agreement.terms.currency,)
    if outcome.contrast is None or isinstance(price, SavingsShare):
        return ("units",)
    figure = next(looked_at(agreement, outcome_id), None)
    if figure is not None:
        return (figure.unit,)
    return ("%",) if outcome.contrast == "ratio" else ("%", "points", "percentage points", "per person-year")


@lru_cache(maxsize=10_000)
def number(text: str) -> Decimal | None:
    """A plain number, or None. The limits of its digits keep all that is computed from it exact."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


@lru_cache(maxsize=10_000)
def day(text: str) -> date | None:
    """A day of the calendar, or None."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
