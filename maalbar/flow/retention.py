"""Retention: when the last day has passed on which anything of the persons of a source may be kept, nothing of it is kept.

The contract says the day (`keep_until` of a delivery); the day it is asked on comes from outside, a logical date or an argument,
and never from a clock. What was measured stands, and can no longer be measured again.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from maalbar import kept, temporary
from maalbar.contract import Contract, find_contract
from maalbar.database import transaction
from maalbar.erasures import Told
from maalbar.flow.replacing import Erased, Plan, replace_objects, sweep
from maalbar.kept import Kept, Replaced
from maalbar.settings import settings
from maalbar.staging import staging

BY = "maalbar retain"


def expired(contract: Contract, as_of: date) -> tuple[str, ...]:
    """The sources of which nothing may be kept any more on a day: their last day lies before it."""
    return tuple(s for s, d in contract.deliveries.items() if d.keep_until is not None and d.keep_until < as_of)


def retain(contract_id: str, as_of: date) -> Erased | None:
    """Delete what a contract may not keep any more on a day; None where there is nothing. Again deletes nothing twice.

    What an earlier run, or an erasure that was interrupted, has left to be deleted is deleted too.
    """
    contract = find_contract(contract_id)
    sources = expired(contract, as_of)
    with transaction() as connection:
        left = [
            one for one in kept.of_contract(connection, contract.id) if one.source in sources and not one.is_expired
        ]
    if not left:
        sweep(contract)
        return None
    reached = tuple(source for source in sources if any(one.source == source for one in left))
    days = ", ".join(f"{source} was kept until {contract.deliveries[source].keep_until}" for source in reached)
    told = Told("retention", days, BY, reached)
    return replace_objects(contract, Plan(told, _nothing, is_measured=False))


def sweep_left() -> int:
    """Delete what killed processes have left behind below the home and in the machine's place for such; how many places."""
    with staging():  # which empties what killed intakes left
        return temporary.sweep(settings().home)


def _nothing(one: Kept, _: Path) -> list[Replaced]:
    """Every object of a delivery, replaced by nothing."""
    return [Replaced(one.delivery_id, shelf, digest, None) for shelf in kept.SHELVES if (digest := one.on(shelf))]
