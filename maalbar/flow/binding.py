"""Binding terms: who has signed them, and whether they still say the same of periods that are settled.

Terms bind from the day the parties have signed their hash. A settled period keeps the terms it was settled under, unless an
amendment that says it is retroactive, and that everyone has signed, changes them. A rehearsal is nobody's contract: it is
marked on every page, and nobody signs it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import Connection, select

from maalbar import proposals, results, terms
from maalbar.contract import Agreement, Contract
from maalbar.contract.versions import terms_in, unsigned, version_in
from maalbar.errors import TermsNotBinding
from maalbar.schema import measurement


def require_signed(connection: Connection, contract: Contract, periods: Iterable[str], by: date) -> None:
    """Raise TermsNotBinding when a version of the terms that holds in one of the periods is not signed by every party.

    A party's newest signature counts, be it in the file or seen before, among those dated until `by`, the day of the last
    answer: terms that everyone signed are not undone by taking them out of the file.
    """
    if contract.rehearsal is not None:
        return
    signatures = terms.signatures_of(connection, contract)
    for count in sorted({version_in(contract, period) for period in periods}):
        missing = unsigned(contract, count, signatures, by)
        if missing:
            name = "the terms are" if not count else f"amendment {contract.amendments[count - 1].id} is"
            raise TermsNotBinding(
                f"{name} not signed by {', '.join(missing)}",
                where=contract.id,
                mend="let each party sign their hash with `maalbar sign`, then propose again",
            )


def require_same(connection: Connection, contract: Contract) -> None:
    """Raise TermsNotBinding when the file says something else of a settled period than what it was settled under."""
    last = _last_settled(connection, contract)
    changed = _changed(contract, last)
    if last is not None and changed and not _is_agreed(contract, last[0], changed):
        raise TermsNotBinding(
            f"the file says something else of period {', '.join(changed)} than the terms it was settled under",
            where=contract.id,
            mend="undo the change, or make it a retroactive amendment that every party signs; "
            "`maalbar check --against-ledger` shows what it would move",
        )


def require_measured_so(connection: Connection, contract: Contract, measurements: Mapping[str, str]) -> None:
    """Raise TermsNotBinding when a result was measured by other rules than the file has now. `measurements`: period → id."""
    for period, measurement_id in measurements.items():
        wanted = select(measurement.c.basis_digest).where(measurement.c.measurement_id == measurement_id)
        basis = connection.execute(wanted).scalar_one()
        if basis is not None and basis != results.basis_of(contract, period):
            raise TermsNotBinding(
                f"period {period} was measured by another cohort, window, definition or target than the file has now",
                where=contract.id,
                mend=f"measure it again: `maalbar measure {contract.id} {period} --revise`",
            )


def changed_periods(connection: Connection, contract: Contract) -> list[str]:
    """The settled periods whose terms in the file are not those of their last settlement."""
    return _changed(contract, _last_settled(connection, contract))


def _changed(contract: Contract, last: tuple[Agreement, str] | None) -> list[str]:
    if last is None:
        return []
    then, through = last
    return [
        period.id
        for period in contract.calendar.until(through)
        if terms_in(contract, period.id) != terms_in(then, period.id)
    ]


def _last_settled(connection: Connection, contract: Contract) -> tuple[Agreement, str] | None:
    """The terms of the newest settlement, and the period it went through."""
    posted = [row for row in proposals.all_of(connection, contract.id) if row["state"] == proposals.POSTED]
    if not posted:
        return None
    return terms.settled_under(connection, posted[-1]["terms_digest"], contract), posted[-1]["through"]


def _is_agreed(contract: Contract, then: Agreement, changed: list[str]) -> bool:
    """Whether new retroactive amendments, signed by all, reach back to the first changed period. `then`: as last settled."""
    order = [period.id for period in contract.calendar.periods]
    known = {row.id for row in then.amendments}
    new = [(n, row) for n, row in enumerate(contract.amendments, start=1) if row.id not in known]
    reach = [order.index(row.from_period) for _, row in new if row.retroactive]
    signed = contract.rehearsal is not None or not any(unsigned(contract, n) for n, _ in new)
    return bool(reach) and min(reach) <= order.index(changed[0]) and signed
