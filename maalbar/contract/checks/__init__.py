"""What must hold between the sections of a contract. Pure: a contract in, faults out, all of them at once."""

from __future__ import annotations

from maalbar.contract.checks import deliveries, measuring, paying, sections, timing
from maalbar.contract.checks.fault import Fault
from maalbar.contract.model import Contract

CHECKS = (
    sections.sources,
    sections.parties,
    sections.currencies,
    timing.calendar,
    timing.baseline,
    timing.waves,
    measuring.cohort,
    measuring.indicators,
    deliveries.deliveries,
    paying.outcomes,
    paying.caps,
    paying.capital,
    paying.mandates,
    paying.value,
)


def faults(contract: Contract) -> list[Fault]:
    """Every fault of a contract, in the order of the checks."""
    return [fault for check in CHECKS for fault in check(contract)]


__all__ = ["Fault", "faults"]
