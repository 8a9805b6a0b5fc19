"""A trace as lines that a secretariat can follow, from the krone down to the hash of the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from maalbar.flow.trace import Row, Trace
from maalbar.local.payments_table import exact_amount

_WIDTH = 12


def lines(found: Trace) -> Iterator[str]:
    """The headline, and a paragraph per link of the chain."""
    entry = found.entry
    yield (
        f"{found.contract}, ledger entry {entry['entry']}: {entry['payer_name']} to {entry['recipient_name']}, "
        f"{_money(found, entry['amount_minor'])} {entry['component']}"
    )
    for title, told in (
        ("posted", _posted(found)),
        ("owed", _owed(found)),
        ("approved", _approved(found)),
        ("terms", _terms(found)),
        ("computed", found.explanation),
        ("results", (_result(row) for row in found.results)),
        ("looked at", (_looked_at(row) for row in found.diagnostics)),
        ("definition", _definition(found)),
        ("measured", _measured(found)),
        ("delivered", (_delivered(row) for row in found.deliveries)),
        ("code", _code(found)),
    ):
        for number, line in enumerate(told):
            yield f"  {'' if number else title:<{_WIDTH}}{line}"


def _posted(found: Trace) -> Iterable[str]:
    entry = found.entry
    yield f"settlement {entry['settlement']}, line {entry['line']}: period {entry['period']}, {entry['outcome']}"
    yield "; ".join(f"{leg['account']} {_money(found, leg['amount_minor'])}" for leg in found.legs)
    yield f"sha256 {entry['hash']}"


def _owed(found: Trace) -> Iterable[str]:
    yield f"{_money(found, found.owed)} by terms and results"
    for row in found.before:
        yield f"less {_money(found, row['amount_minor'])} posted before, entry {row['entry']} of settlement {row['settlement']}"
    if found.waived:
        yield f"less {_money(found, found.waived)} given up before, by `maalbar waive`"


def _approved(found: Trace) -> Iterable[str]:
    yield f"proposal {found.proposal['number']} through period {found.proposal['through']}, sha256 {found.proposal['digest']}"
    for row in found.approvals:
        yield f"{row['answer']}: {row['name']} for {row['party_name']}, {row['authority']}, {row['answered_at']}"


def _terms(found: Trace) -> Iterable[str]:
    today = "says the same" if found.terms["is_as_today"] else "says something else"
    yield f"sha256 {found.terms['digest']}; the contract file today {today}"


def _result(row: Row) -> str:
    return f"{row['basis']}: {', '.join(_pairs(row, ('measurement_id', 'outcome', 'basis')))}"


def _looked_at(row: Row) -> str:
    """What a check found in a word; of another estimator its figures too, for the terms may have paid on them."""
    figures = _pairs(row["figures"], ()) if row["name"].startswith("estimator.") else []
    said = ", ".join([f"{row['name']} {row['verdict']}", *figures])
    return f"{row['basis']}: {said}" if row["basis"] else said


def _definition(found: Trace) -> Iterable[str]:
    if found.definition:
        yield f"{found.definition['ref']}: {found.definition['counts']}"
        yield f"sha256 {found.definition['digest']}"


def _measured(found: Trace) -> Iterable[str]:
    yield f"{found.measurement['measurement_id']}, from what was known on {found.measurement['as_known_at']}"
    yield f"sha256 {found.measurement['result_digest']}"
    if "bundle_sha256" in found.measurement:
        yield f"by “{found.measurement['bundle_key_name']}”; came in the bundle sha256 {found.measurement['bundle_sha256']}"


def _delivered(row: Row) -> str:
    if "sha256" not in row:
        return f"{row['source']}: had not come"
    account = (
        f"{row['rows_in']} rows in = {row['rows_accepted']} accepted + {row['rows_quarantined']} quarantined "
        f"+ {row['rows_collapsed']} collapsed"
    )
    return f"{row['source']} as of {row['as_of']}: {account}; sha256 {row['sha256']}, held {row['held']}"


def _code(found: Trace) -> Iterable[str]:
    yield f"{found.code['version']}; the code here is {'the same' if found.code['is_as_today'] else 'another'}"


def _pairs(row: Row, told: tuple[str, ...]) -> list[str]:
    """Whatever a row holds and is not told elsewhere, as `name value`; a row within a row as `name.name value`."""
    return [f"{name} {value}" for name, value in _flat(row, "") if value is not None and name not in told]


def _flat(row: Row, above: str) -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{name}.")
        elif not isinstance(value, list):
            yield f"{above}{name}", value


def _money(found: Trace, minor: int) -> str:
    return exact_amount(found.currency, minor)
