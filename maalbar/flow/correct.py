"""Corrections: a file takes the place of another in what was measured, and only the periods that hold it are measured again.

A period's new revision has the same frozen set, with the substitution and nothing else. What it moves in money is proposed
in the way of every proposal, as signed differences.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from maalbar import corrections, results
from maalbar.contract import Contract, find_contract
from maalbar.database import contract_lock, transaction
from maalbar.definitions import tables_of
from maalbar.errors import MeasurementError, SetupError
from maalbar.flow.measure import complete, results_from
from maalbar.named_deliveries import delivery_named
from maalbar.version import code_version
from maalbar.written_cpr import refuse_cpr


@dataclass(frozen=True)
class Correction:
    """A correction as it is written down. `number`: its place among those of the contract."""

    contract: str
    number: int
    name: str
    reason: str
    substitutions: dict[str, str]
    """Delivery that was superseded → the one that takes its place."""
    revisions: dict[str, str]
    """Period → the measurement made for it, in the order of the calendar."""


@dataclass(frozen=True)
class Moved:
    """The effect of one outcome on one basis, before and after; rows as of `effect_estimate`."""

    period: str
    before: dict[str, Any]
    after: dict[str, Any]

    @property
    def is_moved(self) -> bool:
        return results.plain([self.before]) != results.plain([self.after])


def substitutions_for(contract_id: str, delivery_id: str) -> dict[str, str]:
    """What a delivery takes the place of: whatever it supersedes, in one step or several, as {superseded: delivery}.

    Raises MeasurementError where there is no such delivery of the contract, or it supersedes nothing.
    """
    with transaction() as connection:
        row = _of_contract(connection, contract_id, delivery_id)
        earlier = corrections.superseded_by(connection, row)
    if not earlier:
        raise MeasurementError(
            "it takes the place of no other", where=delivery_id, mend="name both with --supersede OLD=NEW"
        )
    return {before["delivery_id"]: delivery_id for before in earlier}


def substitutions_named(contract_id: str, delivery: str | None, pairs: Iterable[str]) -> dict[str, str]:
    """What takes the place of what, from how people name deliveries: one that says itself what it supersedes, or `OLD=NEW`.

    Raises SetupError where both or neither are given, or a name is none; MeasurementError as `substitutions_for`.
    """
    named = list(pairs)
    if (delivery is None) == (not named):
        raise SetupError(
            "it is not said what takes the place of what", mend="give --supersede OLD=NEW or --delivery NEW"
        )
    with transaction() as connection:
        if delivery is None:
            return {
                str(delivery_named(connection, contract_id, old)["delivery_id"]): str(
                    delivery_named(connection, contract_id, new)["delivery_id"]
                )
                for old, new in _pairs(named).items()
            }
        found = str(delivery_named(connection, contract_id, delivery)["delivery_id"])
    return substitutions_for(contract_id, found)


def _pairs(named: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in named:
        old, sign, new = pair.partition("=")
        if not (old and sign and new) or old in found:
            raise SetupError("--supersede is no pair of deliveries", mend="write OLD=NEW, and each OLD once")
        found[old] = new
    return found


def correct(contract_id: str, substitutions: Mapping[str, str], name: str, reason: str) -> Correction:
    """Measure again, as new revisions, the periods whose newest frozen set holds a superseded delivery, and no others.

    `substitutions`: superseded delivery → the one in its place, of the same source. Who and why is written down first; the
    same again completes what an interruption left, or is the one that was made. Raises MeasurementError where a delivery is
    unknown, of another source, or in no frozen set, and where name or reason is empty.
    """
    contract = find_contract(contract_id)
    for what, said in (("name", name), ("reason", reason)):
        if not said.strip():
            raise MeasurementError(f"a correction has a {what}", where=contract_id, mend=f"give --{what}")
    refuse_cpr(MeasurementError, contract_id, name=name, reason=reason)
    with contract_lock(contract_id) as connection:
        _require_alike(connection, contract_id, substitutions)
        row = _asked_before(connection, contract, substitutions, name.strip(), reason.strip())
        if row is None:
            held = _held(connection, contract, substitutions)
            revisions = {p: f"{contract_id}|{p}|r{frozen['revision'] + 1}" for p, frozen in held.items()}
            row = corrections.record(
                connection, contract_id, name.strip(), reason.strip(), dict(substitutions), revisions
            )
    done = _of_row(contract, row)
    for period in done.revisions:
        # One after another: a period looks back at the one before as it is now corrected.
        _revise(contract, period, done)
    return done


def correction_of(contract_id: str, number: int) -> Correction:
    """A correction by its number. Raises MeasurementError when there is none."""
    with transaction() as connection:
        rows = [row for row in corrections.all_of(connection, contract_id) if row["number"] == number]
    if not rows:
        raise MeasurementError(f"there is no correction {number}", where=contract_id, mend="see `maalbar correct`")
    return _of_row(find_contract(contract_id), rows[0])


def _of_row(contract: Contract, row: dict[str, Any]) -> Correction:
    found = {key: row[key] for key in Correction.__dataclass_fields__}
    in_order = [period.id for period in contract.calendar.periods if period.id in found["revisions"]]
    return Correction(**(found | {"revisions": {period: found["revisions"][period] for period in in_order}}))


def would_move(contract_id: str, substitutions: Mapping[str, str]) -> list[Moved]:
    """Every effect of the periods that a correction would measure again, before and after; nothing is stored.

    Both are measured now, so that a change of the code is not taken for one of the data. Raises as `correct`.
    """
    contract = find_contract(contract_id)
    with transaction() as connection:
        _require_alike(connection, contract_id, substitutions)
        held = _held(connection, contract, substitutions)
    found = []
    for period, frozen in held.items():
        found += moved(contract, period, frozen["inputs"], substituted(frozen["inputs"], substitutions))
    return found


def moved(
    contract: Contract, period_id: str, before: Mapping[str, str | None], after: Mapping[str, str | None]
) -> list[Moved]:
    """Every effect of a period from two sets of inputs, in the order of the outcomes."""
    was, now = (results_from(contract, period_id, inputs, None).effects for inputs in (before, after))
    return [Moved(period_id, *pair) for pair in zip(was, now, strict=True)]


def substituted(inputs: Mapping[str, str | None], substitutions: Mapping[str, str]) -> dict[str, str | None]:
    """A frozen set with each superseded delivery replaced."""
    return {source: substitutions.get(held, held) if held else None for source, held in inputs.items()}


def computed_from(contract_id: str, substitutions: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Source of what is superseded → the outcomes whose indicator is counted from its table. None, of a population, enrolment
    or benefit that says who is followed: then what moves, moves by that."""
    contract, found = find_contract(contract_id), {}
    with transaction() as connection:
        sources = [_of_contract(connection, contract_id, old)["source"] for old in substitutions]
    for source in sources:
        table = contract.deliveries[source].table
        counted = ((name, tables_of(one.indicator)) for name, one in contract.outcomes.items())
        found[source] = tuple(name for name, tables in counted if any(table == of for of, _ in tables))
    return found


def _of_contract(connection: Connection, contract_id: str, delivery_id: str) -> dict[str, Any]:
    row = results.delivery_of(connection, delivery_id)
    if row["contract"] != contract_id:
        raise MeasurementError(
            f"is a delivery to {row['contract']}", where=delivery_id, mend="name one of this contract"
        )
    return row


def _require_alike(connection: Connection, contract_id: str, substitutions: Mapping[str, str]) -> None:
    """Raise MeasurementError unless each is another delivery of the same source, and none is both old and new."""
    for old, new in substitutions.items():
        before, after = (_of_contract(connection, contract_id, each) for each in (old, new))
        if before["source"] != after["source"]:
            what = f"is of the source {before['source']} and cannot be replaced by one of {after['source']}"
            raise MeasurementError(what, where=old, mend="name two deliveries of one source")
        if new in substitutions:
            raise MeasurementError("would be replaced itself", where=new, mend="name the newest in every place")


def _held(connection: Connection, contract: Contract, substitutions: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Period → its newest revision, of those that hold a superseded delivery, in the order of the calendar."""
    found = {}
    for period in contract.calendar.periods:
        frozen = results.open_revision(connection, contract.id, period.id)
        if frozen and set(substitutions) & set(frozen["inputs"].values()):
            found[period.id] = frozen
    if not found:
        raise MeasurementError(
            "no period is measured from what is superseded, so there is nothing to correct",
            where=", ".join(substitutions),
            mend="a period that is not measured yet takes the newest delivery by itself",
        )
    return found


def _asked_before(
    connection: Connection, contract: Contract, substitutions: Mapping[str, str], name: str, reason: str
) -> dict[str, Any] | None:
    """The newest correction, if it is this one: not all of its revisions are stored, or they are and are still the newest."""
    known = corrections.all_of(connection, contract.id)
    if not known or known[-1]["substitutions"] != dict(substitutions):
        return None
    made: dict[str, str] = known[-1]["revisions"]
    if not all(results.is_measured(connection, one) for one in made.values()):
        return known[-1]
    newest = [results.open_revision(connection, contract.id, period) for period in made]
    is_newest = [row["measurement_id"] if row else None for row in newest] == list(made.values())
    return known[-1] if is_newest and (known[-1]["name"], known[-1]["reason"]) == (name, reason) else None


def _revise(contract: Contract, period_id: str, done: Correction) -> None:
    """Freeze the corrected set of a period, unless an interrupted run has, and measure it."""
    wanted = done.revisions[period_id]
    with contract_lock(contract.id) as connection:
        frozen = results.open_revision(connection, contract.id, period_id)
        assert frozen is not None
        if frozen["measurement_id"] != wanted:
            inputs = substituted(frozen["inputs"], done.substitutions)
            revision = int(wanted.rsplit("|r", 1)[1])
            if frozen["revision"] != revision - 1:
                raise MeasurementError(
                    f"the period was measured anew since ({frozen['measurement_id']})",
                    where=wanted,
                    mend="correct again, from what it is now",
                )
            days = [results.delivery_of(connection, one)["as_of"] for one in inputs.values() if one]
            frozen = results.freeze(connection, contract, period_id, revision, inputs, max(days), code_version())
        if results.is_measured(connection, wanted):
            return
    complete(contract, frozen)
