"""`maalbar measure --as-known-at`: a figure as it was known, and whether that is what was measured then."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from maalbar.cli.app import results_database
from maalbar.contract import find_contract
from maalbar.documents import estimates
from maalbar.errors import SetupError
from maalbar.periods import moment, moment_told

if TYPE_CHECKING:
    from maalbar.flow.known_at import KnownThen


def tell(contract_id: str, period_id: str, when: str, as_json: bool) -> None:
    """Print the effects of a period as they were known then. Raises SetupError where `when` is no instant."""
    timezone = find_contract(contract_id).calendar.timezone
    try:
        known_at = moment(when, timezone)
    except ValueError:
        mend = "write YYYY-MM-DD, or a time with its offset as 2028-08-01T12:00:00+02:00"
        raise SetupError("--as-known-at is no day and no instant", mend=mend) from None
    from maalbar import results
    from maalbar.flow.known_at import as_known_at

    with results_database():
        found = as_known_at(contract_id, period_id, known_at)
    if as_json:
        told = {
            "known_at": found.known_at.isoformat(),
            "inputs": found.inputs,
            "effects": results.plain(found.results.effects),
            "result_digest": found.digest,
            "measurement": found.measurement_id,
            "is_identical": found.is_identical,
            "changed": found.changed,
        }
        print(json.dumps(told, ensure_ascii=False))
        return
    known = moment_told(found.known_at, timezone)
    print(f"{contract_id} period {period_id} as known at {known}, results {found.digest[:16]}")
    for row in found.results.effects:
        print(f"  {row['outcome']} ({row['basis']}): {estimates.in_words(row)}")
    print(_beside(found))


def _beside(found: KnownThen) -> str:
    """What was measured then, and what is not as it was."""
    if found.measurement_id is None:
        return "the period was not measured by then"
    since = f"; changed since: {', '.join(found.changed)}" if found.changed else ""
    same = "identical to" if found.is_identical else "not the same as"
    return f"{same} {found.measurement_id}, which was measured then{since}"
