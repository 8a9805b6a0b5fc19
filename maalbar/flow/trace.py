"""Trace: from one entry of the ledger back to the terms, the results, the deliveries and the code that made it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, select

from maalbar import definitions, ledger, proposals, results, terms
from maalbar.contract import Contract, find_contract, rehearsals_of
from maalbar.contract.versions import in_force
from maalbar.database import transaction
from maalbar.errors import SettlementRefused
from maalbar.flow.amounts import phrases
from maalbar.flow.closed import given_up_of
from maalbar.flow.entitle import settlement_of
from maalbar.flow.inputs import bundle_of, inputs_of
from maalbar.schema import measured, measurement
from maalbar.version import code_version

Row = dict[str, Any]


@dataclass(frozen=True)
class Trace:
    """What stands behind one ledger entry, from krone to file. Amounts in minor units; every value can be written as JSON.

    `entry`, `legs`: as posted; the payment line is (`settlement`, `line`). `owed`: what terms and results entitle to for the
    same period, outcome, parties and component; the entry is that less the sum of `before`, the earlier entries of the same, and
    less `waived`, what is given up of it.
    `steps`: how the outcome's amount came about in the period; `explanation`: the same in words. `diagnostics`: what was
    found when its results were looked at, with the other estimators that the terms may fall back on. `deliveries`: what the
    measurement was frozen on, with the account of their rows and where they are held; a source that had not come has only its
    name. `measurement` names the bundle it came in, and the key of the room that made it, where it was not made here.
    """

    contract: str
    currency: str
    entry: Row
    legs: list[Row]
    owed: int
    before: list[Row]
    waived: int
    proposal: Row
    approvals: list[Row]
    terms: Row
    steps: list[Row]
    explanation: list[str]
    results: list[Row]
    diagnostics: list[Row]
    definition: Row
    measurement: Row
    deliveries: list[Row]
    code: Row


def trace(contract_id: str, number: int) -> Trace:
    """Trace an entry by its number. Raises SettlementRefused when there is none, StoreDamaged when its terms are lost."""
    today = find_contract(contract_id)
    with transaction() as connection:
        entries = ledger.entries(connection, contract_id)
        entry = next((row for row in entries if row["entry"] == number), None)
        if entry is None:
            mend = f"they are 1 to {len(entries)}" if entries else f"nothing is posted{or_rehearsal(contract_id)}"
            raise SettlementRefused(f"there is no entry {number}", where=f"ledger of {contract_id}", mend=mend)
        return _traced(connection, today, entry, entries)


def or_rehearsal(contract_id: str) -> str:
    """Where nothing is posted: which rehearsal of the contract may be meant; empty where there is none."""
    return "".join(f"; its rehearsal is {rehearsal}" for rehearsal in rehearsals_of(contract_id)[:1])


def _traced(connection: Connection, today: Contract, entry: Row, entries: list[Row]) -> Trace:
    proposal = proposals.get(connection, today.id, entry["settlement"])
    contract = terms.settled_under(connection, proposal["terms_digest"], today)
    settlement = settlement_of(connection, contract, proposal["measurements"], proposal["number"])
    frozen = _measurement(connection, proposal["measurements"][entry["period"]])
    mine = [s for s in settlement.steps if (s.period, s.outcome) == (entry["period"], entry["outcome"])]
    effects = results.effects_of(connection, frozen["measurement_id"])
    answers = proposals.answers(connection, today.id, proposal["number"])
    earlier = [e for e in entries if e["settlement"] < entry["settlement"] and _key(e) == _key(entry)]
    return Trace(
        contract=today.id,
        currency=contract.terms.currency,
        entry=_plain(entry) | {f"{who}_name": contract.parties[entry[who]].name for who in ("payer", "recipient")},
        legs=[{"account": a, "amount_minor": minor} for a, minor in ledger.legs(connection, today.id)[entry["entry"]]],
        owed=sum(line.amount for line in settlement.lines if line.key == _key(entry)),
        before=[{name: e[name] for name in ("entry", "settlement", "amount_minor")} for e in earlier],
        waived=given_up_of(connection, contract, settlement.lines, proposal["number"]).get(_key(entry), 0),
        proposal={name: proposal[name] for name in ("number", "through", "digest", "ledger_head", "state")},
        approvals=[_plain(row) | {"party_name": contract.parties[row["party"]].name} for row in answers],
        terms={"digest": contract.digest, "is_as_today": contract.digest == today.digest},
        steps=[_plain(asdict(step)) for step in mine],
        explanation=[phrase for step in mine for phrase in phrases(in_force(contract, step.period), step, "en")],
        results=[_plain(row) for row in effects if row["outcome"] == entry["outcome"]],
        diagnostics=[
            _plain(row)
            for row in results.diagnostics_of(connection, frozen["measurement_id"])
            if row["outcome"] in ("", entry["outcome"])
        ],
        definition=_definition(contract, entry["outcome"]),
        measurement={name: _value(frozen[name]) for name in ("measurement_id", "as_known_at", "result_digest")}
        | _made_elsewhere(connection, frozen["measurement_id"]),
        deliveries=list(_deliveries(connection, frozen)),
        code={"version": frozen["code_version"], "is_as_today": frozen["code_version"] == code_version()},
    )


def _measurement(connection: Connection, measurement_id: str) -> Row:
    wanted = (
        select(measurement, measured.c.result_digest)
        .join(measured, measured.c.measurement_id == measurement.c.measurement_id)
        .where(measurement.c.measurement_id == measurement_id)
    )
    return dict(connection.execute(wanted).mappings().one())


def _definition(contract: Contract, line_outcome: str) -> Row:
    """An indicator as it is defined today; that it was so then, the code version says. Empty where nothing is measured."""
    outcome = contract.outcomes.get(line_outcome)
    if outcome is None:
        return {}
    ref = outcome.indicator
    found = definitions.indicator(ref)
    return {"ref": ref, "digest": definitions.digest(ref), "title": found.title["en"], "counts": found.counts["en"]}


def _made_elsewhere(connection: Connection, measurement_id: str) -> Row:
    came = bundle_of(connection, measurement_id)
    return {f"bundle_{name}": came[name] for name in ("sha256", "key_name", "public_key")} if came else {}


def _deliveries(connection: Connection, frozen: Row) -> Iterable[Row]:
    for row in inputs_of(connection, frozen):
        kept = ("source", "delivery_id", "as_of", "sha256", "held", *(name for name in row if name.startswith("rows_")))
        yield {name: _value(row[name]) for name in kept if name in row}


def _key(entry: Row) -> ledger.Key:
    return entry["period"], entry["outcome"], entry["payer"], entry["recipient"], entry["component"]


def _plain(row: Row) -> Row:
    return {name: _value(value) for name, value in row.items()}


def _value(value: Any) -> Any:
    """A value as JSON has it: an exact number as text, a day or time in ISO 8601."""
    if isinstance(value, dict):
        return _plain(value)
    if isinstance(value, list | tuple):
        return [_value(part) for part in value]
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | float) else str(value)
