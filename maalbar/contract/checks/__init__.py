"""What must hold between the sections of a contract. Pure: a contract in, faults out, all of them at once."""

from __future__ import annotations

from maalbar.contract.checks import (
    capital,
    deliveries,
    grounds,
    invoicing,
    measuring,
    outcomes,
    parties,
    prices,
    purposes,
    releasing,
    sections,
    selecting,
    terms,
    timing,
)
from maalbar.contract.checks import versions as amended
from maalbar.contract.checks.fault import Fault
from maalbar.contract.model import Agreement, Contract
from maalbar.contract.versions import versions

PAYING = (
    outcomes.outcomes,
    prices.prices,
    terms.caps,
    terms.floors,
    terms.rules,
    terms.termination,
    capital.capital,
    capital.waterfall,
    terms.mandates,
    terms.value,
)
CHECKS = (
    sections.sources,
    sections.rehearsal,
    sections.titles,
    sections.parties,
    sections.currencies,
    timing.calendar,
    timing.budget_years,
    parties.standing,
    invoicing.numbers,
    invoicing.vat,
)
MEASURING = (
    timing.baseline,
    timing.waves,
    measuring.cohort,
    selecting.entry,
    measuring.indicators,
    grounds.grounds,
    selecting.estimators,
    deliveries.deliveries,
    purposes.purposes,
    releasing.releasers,
    releasing.recipients,
)


def faults(agreement: Agreement) -> list[Fault]:
    """Every fault of a contract, in the order of the checks."""
    found = [fault for check in CHECKS for fault in check(agreement)]
    if found and not agreement.calendar.followed:
        return found
    if isinstance(agreement, Contract):
        found += [fault for check in MEASURING for fault in check(agreement)]
    found += [fault for check in PAYING for fault in check(agreement)]
    found += list(amended.signatures(agreement))
    changed = list(amended.amendments(agreement))
    if not changed and not found:
        for count, version in enumerate(versions(agreement)[1:]):
            again = [fault for check in (sections.currencies, *PAYING) for fault in check(version)]
            changed += [
                Fault(("amendments", count, "changes"), f"{'.'.join(map(str, f.key))}: {f.what}", f.mend) for f in again
            ]
    return found + changed


__all__ = ["Fault", "faults"]
