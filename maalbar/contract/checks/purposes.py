"""Faults of purpose: what is held for research or statistics may not decide about one person, so prices on persons do not
rest on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from maalbar.contract.checks.fault import Fault
from maalbar.contract.checks.measuring import INDICATORS, MADE_OF
from maalbar.contract.model import Contract
from maalbar.contract.outcomes import Outcome
from maalbar.contract.prices import UnitPrice, Unpaid
from maalbar.contract.yamlfile import read_definition

CLOSED = ("research", "statistics")
SELECTING = {"population", "benefits"}
"""Tables that say who is in the cohort: whoever is not in it brings nothing."""


def purposes(contract: Contract) -> Iterator[Fault]:
    """No price on persons is paid from data that are held for research or statistics alone.

    A price is on persons where a unit is one (`counts: persons`), and where claims are counted, each of which is one person's;
    also `pro_rata` of such a count. A price on an effect looks at the groups, and may rest on any source. Results that others
    hand in rest on no delivery here. Source: databeskyttelsesloven § 10, stk. 2.
    """
    for outcome_id, outcome in contract.outcomes.items():
        defined = _definition(outcome.indicator)
        if defined is None or not _is_by_person(outcome, str(defined.get("table"))):
            continue
        for name in _feeding(contract, defined):
            purpose = contract.deliveries[name].purpose
            if purpose in CLOSED:
                yield Fault(
                    ("outcomes", outcome_id, "price"),
                    f"pays for persons from `deliveries.{name}`, which is held for {purpose} and may not decide about one person",
                    "pay on an effect between groups, or count from a source held for administration or with consent",
                )


def _is_by_person(outcome: Outcome, table: str) -> bool:
    price = outcome.price
    if isinstance(price, Unpaid) or not outcome.is_measured_here:
        return False
    is_of_persons = isinstance(price, UnitPrice) and price.counts == "persons"
    return is_of_persons or (outcome.estimator == "count" and table == "claims")


def _feeding(contract: Contract, defined: Mapping[str, Any]) -> Iterator[str]:
    """The deliveries that a count cannot do without: those it is counted from, and those that the cohort is selected from."""
    table, sector = str(defined.get("table")), defined.get("sector")
    table = MADE_OF.get(table, table)
    rule = contract.cohort.eligibility
    selecting = SELECTING if rule and rule.benefit_codes else SELECTING - {"benefits"}
    for name, delivery in contract.deliveries.items():
        told = delivery.constants.get("sector")
        is_counted = delivery.table == table and (sector is None or told in (None, sector))
        if is_counted or delivery.table in selecting:
            yield name


def _definition(ref: str) -> Mapping[str, Any] | None:
    name, _, version = ref.partition("@")
    path = INDICATORS / f"{name}.v{version}.yaml"
    return read_definition(path) if path.is_file() else None
