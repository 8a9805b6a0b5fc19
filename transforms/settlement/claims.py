"""Claims: which of what was counted is paid, and what each unit is worth, person by person, before anything is added up.

Claims are taken in order of their day, then of their worth, then of everything else they say, so that the order of the rows
never matters. What a rule leaves out is counted by the rule's name, for the explanation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from maalbar.contract.model import Agreement
from maalbar.contract.outcomes import Outcome
from maalbar.contract.prices import Milestone, PerPerson, Rate, RateCard, UnitPrice
from maalbar.contract.terms import Index
from maalbar.errors import SettlementRefused
from maalbar.periods import Window
from transforms.settlement.results import Claim, Result

ONE = Decimal(1)
ZERO = Decimal(0)


@dataclass(slots=True)
class Unit:
    """A claim that is paid: its day, its units and what they are worth in minor units, not rounded."""

    dated: date
    quantity: Decimal
    amount: Decimal
    person: str | None = None


@dataclass(slots=True)
class PersonSoFar:
    """What a person has brought so far, over all periods."""

    claims: int = 0
    units: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)
    last: date | None = None
    reached: dict[str, date] = field(default_factory=dict)


Persons = dict[str, PersonSoFar]


def paid_units(
    agreement: Agreement, outcome_id: str, outcome: Outcome, result: Result, window: Window, persons: Persons
) -> tuple[list[Unit], dict[str, Decimal]]:
    """The units of a period that are paid, and how many units each rule left out. `persons` is brought up to date.

    Raises SettlementRefused where a rule needs what a claim does not say, or no rate is in force on its day.
    """
    price = outcome.price
    assert isinstance(price, UnitPrice)
    left_out: dict[str, Decimal] = defaultdict(Decimal)
    needs = _needs(agreement, price)
    has_limits = price.per_person is not None or bool(isinstance(price, RateCard) and price.milestones)
    stop = agreement.terms.termination.stopped_on if agreement.terms.termination else None
    units: list[Unit] = []
    for day, worth, claim in in_order(agreement, outcome_id, outcome, result.counted, window):
        why = _left_out(price, claim, day, stop)
        if why is None and needs:
            _must_tell(outcome_id, claim, needs)
        so_far = None
        if why is None and has_limits and claim.person is not None:
            so_far = persons.get(claim.person)
            if so_far is None:
                so_far = persons[claim.person] = PersonSoFar()
            why = _refused_to_person(price, claim, day, so_far)
        if why is not None:
            left_out[why] += claim.quantity
            continue
        unit = Unit(day, claim.quantity, worth * claim.quantity, claim.person)
        if so_far is not None:
            _count(price.per_person, claim, unit, so_far, left_out)
        units.append(unit)
    return units, left_out


def in_order(
    agreement: Agreement, outcome_id: str, outcome: Outcome, claims: Sequence[Claim], window: Window
) -> list[tuple[date, Decimal, Claim]]:
    """Each claim that counts something, with its day and the worth of one unit, in the order in which limits are filled."""
    if any(claim.quantity < 0 for claim in claims):
        raise _cannot(
            outcome_id, "a claim of less than nothing", "withdraw a claim by its state, not by a negative one"
        )
    known: dict[tuple[date, str | None, str | None, str | None], Decimal] = {}
    rows = []
    for claim in (claim for claim in claims if claim.quantity):
        day = claim.dated or window.start
        key = (day, claim.item, claim.milestone, claim.cohort)
        if key not in known:
            known[key] = _worth(agreement, outcome_id, outcome, claim, window)
        rows.append((day, known[key], claim))
    price = outcome.price
    chain = [milestone.id for milestone in price.milestones] if isinstance(price, RateCard) else []
    if chain:
        # Two steps of one person on one day come in the order of the chain.
        rows.sort(key=lambda row: (row[0], chain.index(str(row[2].milestone)), _place(row)))
    else:
        rows.sort(key=_place)
    return rows


def _place(row: tuple[date, Decimal, Claim]) -> tuple[Any, ...]:
    """Day, worth, person, and then everything in which two claims can differ: equal places are equal claims."""
    day, worth, claim = row
    names = claim.person or "", claim.milestone or "", claim.item or "", claim.state, claim.cohort or ""
    return day, -worth, *names, -claim.quantity, claim.value is None, claim.value or ZERO


def _needs(agreement: Agreement, price: UnitPrice) -> tuple[str, ...]:
    """What every claim must tell for the limits of the price to be kept."""
    limit, chain = price.per_person, price.milestones if isinstance(price, RateCard) else ()
    spaced = bool(limit and limit.days_between) or any(milestone.days_after_previous for milestone in chain)
    of_person = bool(limit or chain) or agreement.terms.person_maximum is not None
    return ("person",) * of_person + ("dated",) * spaced


def _must_tell(outcome_id: str, claim: Claim, needs: tuple[str, ...]) -> None:
    for name in needs:
        if getattr(claim, name) is None:
            what = f"the terms limit what one person brings, and a claim does not tell its `{name}`"
            raise _cannot(outcome_id, what, f"give `{name}` with every claim")


def _worth(agreement: Agreement, outcome_id: str, outcome: Outcome, claim: Claim, window: Window) -> Decimal:
    """One unit of a claim in minor units: its rate, indexed, less deadweight. One for prices by the number of the unit."""
    price, day = outcome.price, claim.dated or window.start
    worth = ONE
    if isinstance(price, RateCard):
        worth = Decimal(_rate(price, outcome_id, claim, window))
        if price.index is not None:
            worth *= index_on(agreement.terms.indices[price.index], day)
    return worth * not_deadweight(outcome, claim)


def not_deadweight(outcome: Outcome, claim: Claim) -> Decimal:
    """The part of a claim that would not have come anyway, by its cohort."""
    if outcome.deadweight is None:
        return ONE
    return 1 - outcome.deadweight.cohorts.get(claim.cohort or "", outcome.deadweight.share)


def _rate(price: RateCard, outcome_id: str, claim: Claim, window: Window) -> int:
    if price.amount is not None:
        return price.amount.minor
    if price.milestones:
        for milestone in price.milestones:
            if milestone.id == claim.milestone:
                return milestone.amount.minor
        raise _cannot(outcome_id, "a claim names no milestone of the price", "name one in the column `milestone`")
    return in_force(price.rates, outcome_id, claim, window).amount.minor


def in_force(rates: Sequence[Rate], outcome_id: str, claim: Claim, window: Window) -> Rate:
    """The dated amount of a claim's item. Raises SettlementRefused where the claim does not tell which."""
    mine = [rate for rate in rates if rate.item == claim.item]
    first, last = (claim.dated, claim.dated) if claim.dated else (window.start, window.last)
    found = {id(rate): rate for rate in mine for day in (first, last) if _holds_on(rate, day)}
    if len(found) != 1:
        what = "more than one rate" if found else "no rate"
        raise _cannot(outcome_id, f"{what} for a claim of period {window.id}", "give its day (`dated`) and its `item`")
    return next(iter(found.values()))


def _holds_on(rate: Rate, day: date) -> bool:
    return (rate.start is None or rate.start <= day) and (rate.end is None or day < rate.end)


def index_on(index: Index, day: date) -> Decimal:
    """The factor of an index on a day: the newest value begun, over the base. Raises SettlementRefused before the first."""
    begun = [row.value for row in index.values if row.start <= day]
    if not begun:
        raise SettlementRefused(f"the index `{index.title}` has no value yet on {day}", mend="add an earlier value")
    return begun[-1] / index.base


def _left_out(price: UnitPrice, claim: Claim, day: date, stop: date | None) -> str | None:
    """Why a claim is not paid, whoever it is for."""
    if claim.state not in price.pays_states:
        return claim.state
    if stop is not None and day >= stop:
        return "after_stop"
    if price.success is not None:
        if claim.value is None:
            return "no_value"
        if not price.success.hold(claim.value):
            return "no_success"
    return None


def _refused_to_person(price: UnitPrice, claim: Claim, day: date, so_far: PersonSoFar) -> str | None:
    """Why a claim of a person is not paid, by what the person has brought before."""
    if isinstance(price, RateCard) and price.milestones:
        return _out_of_chain(price.milestones, claim, day, so_far)
    limit = price.per_person
    if limit is None:
        return None
    if limit.max_claims is not None and so_far.claims >= limit.max_claims:
        return "person_claims"
    if limit.days_between and so_far.last is not None and (day - so_far.last).days < limit.days_between:
        return "too_soon"
    return None


def _out_of_chain(chain: tuple[Milestone, ...], claim: Claim, day: date, so_far: PersonSoFar) -> str | None:
    """Each step once, after the one before it, and not sooner than its least number of days."""
    position = next(i for i, milestone in enumerate(chain) if milestone.id == claim.milestone)
    if claim.milestone in so_far.reached:
        return "repeated"
    if position == 0:
        return None
    before = so_far.reached.get(chain[position - 1].id)
    if before is None:
        return "out_of_order"
    return "too_soon" if (day - before).days < chain[position].days_after_previous else None


def _count(
    limit: PerPerson | None, claim: Claim, unit: Unit, so_far: PersonSoFar, left_out: dict[str, Decimal]
) -> None:
    """Hold a unit under the person's limits in units and money, and remember it."""
    if limit is not None and limit.max_units is not None:
        room = max(limit.max_units - so_far.units, ZERO)
        if unit.quantity > room:
            left_out["person_units"] += unit.quantity - room
            unit.amount = unit.amount * room / unit.quantity
            unit.quantity = room
    if limit is not None and limit.maximum is not None:
        unit.amount = min(unit.amount, max(limit.maximum.minor - so_far.amount, ZERO))
    so_far.claims += 1
    so_far.units += unit.quantity
    so_far.amount += unit.amount
    so_far.last = unit.dated
    if claim.milestone is not None:
        so_far.reached[claim.milestone] = unit.dated


def hold_under_person_maximum(found: Mapping[str, Sequence[Unit]], most: int, spent: dict[str, Decimal]) -> None:
    """Hold the units of a period, of all outcomes together, under the most that a person may bring in all. In place.

    In order of day, of amount, and of the outcomes' ids.
    """
    rows = [
        (unit.dated, -unit.amount, outcome, unit.person, unit)
        for outcome, units in found.items()
        for unit in units
        if unit.person is not None
    ]
    for *_, person, unit in sorted(rows, key=lambda row: row[:4]):
        before = spent.get(person, ZERO)
        unit.amount = min(unit.amount, max(most - before, ZERO))
        spent[person] = before + unit.amount


def _cannot(outcome_id: str, what: str, mend: str) -> SettlementRefused:
    return SettlementRefused(what, where=outcome_id, mend=mend)
