"""Measuring a period: freeze the inputs, compute, judge, store. Again gives the same measurement, not another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pandas as pd
import pyarrow as pa
from sqlalchemy import Connection

from expectations import results as suites
from expectations import verdict
from maalbar import erasures, kept, results, store
from maalbar.contract import Contract, find_contract
from maalbar.contract.versions import in_force
from maalbar.database import contract_lock, transaction
from maalbar.errors import MeasurementError, SourcesExpired
from maalbar.version import code_version
from transforms.cohort import Tables, changed_waves
from transforms.measurement import Results
from transforms.measurement import measure as compute


def measure(contract_id: str, period_id: str, *, revise: bool = False) -> str:
    """Measure a period; return the measurement id. A period already measured is returned as it is.

    `revise` makes a new revision when the deliveries of the period, or what it is measured by, are others than before.
    """
    contract = find_contract(contract_id)
    with contract_lock(contract_id) as connection:
        frozen = _frozen(connection, contract, period_id, revise)
        if results.is_measured(connection, frozen["measurement_id"]):
            return str(frozen["measurement_id"])
    return complete(contract, frozen)


def complete(contract: Contract, frozen: dict[str, Any]) -> str:
    """Compute what is frozen and store it, unless it is stored; return the measurement id. `frozen`: a row of `measurement`."""
    measurement_id, period_id = str(frozen["measurement_id"]), frozen["period"]
    while True:
        with transaction() as connection:
            erased = kept.erasures(connection, contract.id)
        found = results_from(contract, period_id, frozen["inputs"], frozen["frozen_at"])
        with contract_lock(contract.id) as connection:
            if results.is_measured(connection, measurement_id):
                return measurement_id
            # Whoever was erased meanwhile is not in what is stored.
            if kept.erasures(connection, contract.id) == erased:
                told = (found.values, found.effects, found.cohort, found.diagnostics)
                results.complete(connection, measurement_id, *told)
                return measurement_id


@dataclass(frozen=True)
class Instead:
    """What is read in the place of what stands in store and database: an erasure looks ahead with it.

    `canonical`: delivery → hash of its table. `cohorts`: measurement → who was followed.
    """

    canonical: Mapping[str, str | None] = field(default_factory=dict)
    cohorts: Mapping[str, dict[str, Any]] = field(default_factory=dict)


AS_KEPT = Instead()


def results_from(
    contract: Contract,
    period_id: str,
    inputs: Mapping[str, str | None],
    known_at: datetime | None,
    instead: Instead = AS_KEPT,
) -> Results:
    """The results of a period from these deliveries, judged and not stored. `inputs`: source → delivery id, or None.

    `known_at`: when; of earlier measurements only those complete by then are looked back at (None: all). The same inputs
    and instant give the same results. Raises StoreDamaged, MeasurementError, ChecksFailed, and SourcesExpired where a
    delivery is no longer kept.
    """
    held = in_force(contract, period_id)
    missing = [source for source, delivery_id in inputs.items() if delivery_id is None]
    found = compute(held, tables_of(held, inputs, instead), missing, period_id)
    _judge(held, period_id, found)
    with transaction() as connection:
        earlier = results.latest(connection, contract.id, known_at)
        cohorts = {**erasures.cohorts_since(connection, contract.id), **instead.cohorts}
    # Without those who were erased since, and by the ids that they have now: or every wave would be another than before.
    earlier = {p: row | {"cohort": cohorts.get(row["measurement_id"], row["cohort"])} for p, row in earlier.items()}
    return replace(found, diagnostics=[*found.diagnostics, *_waves_kept(held, period_id, found, earlier)])


def _frozen(connection: Connection, contract: Contract, period_id: str, revise: bool) -> dict[str, Any]:
    """The frozen inputs of a period: those of its newest revision, or a new row."""
    delivered = results.delivered(connection, contract, period_id)
    inputs = {source: row["delivery_id"] if row else None for source, row in delivered.items()}
    before = results.open_revision(connection, contract.id, period_id)
    same = (
        before
        and before["inputs"] == inputs
        and before["basis_digest"] in (None, results.basis_of(contract, period_id))
    )
    if before and (not revise or same):
        return before
    if not any(inputs.values()):
        where = f"{contract.id} period {period_id}"
        raise MeasurementError(
            "nothing has been delivered", where=where, mend="see `maalbar calendar` for what is due when"
        )
    days = [row["as_of"] for row in delivered.values() if row]
    revision = before["revision"] + 1 if before else 1
    return results.freeze(connection, contract, period_id, revision, inputs, max(days), code_version())


def _waves_kept(
    contract: Contract, period_id: str, found: Results, earlier: Mapping[str, dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """`check.waves`: whether those who entered are the same persons as the period before found.

    Later extracts restate what was so on the day of entry; the statement then says which waves are others than before.
    """
    ids = [period.id for period in contract.calendar.periods]
    before = next((earlier[name] for name in reversed(ids[: ids.index(period_id)]) if name in earlier), None)
    if before is None or "waves" not in found.cohort:
        return
    changed = changed_waves(before["cohort"].get("waves", {}), found.cohort["waves"])
    figures = {"since_period": before["period"], "changed_waves": ", ".join(changed) or None}
    verdict = "broken" if changed else "held"
    yield {"outcome": "", "basis": "cumulative", "name": "check.waves", "verdict": verdict, "figures": figures}


def tables_of(contract: Contract, inputs: Mapping[str, str | None], instead: Instead = AS_KEPT) -> Tables:
    """The canonical tables of deliveries, each verified against its hash; sources of one table together."""
    parts: dict[str, list[pa.Table]] = {}
    generations: set[int | None] = set()
    with transaction() as connection:
        for source, delivery_id in sorted(inputs.items()):
            if delivery_id is not None:
                row = results.delivery_of(connection, delivery_id)
                digest = instead.canonical.get(delivery_id, row["canonical_sha256"])
                if digest is None:
                    what = f"{source} may no longer be kept, and is erased"
                    raise SourcesExpired(what, where=delivery_id, mend="its figures stand as they were measured")
                table = store.get_table(contract.id, "canonical", digest)
                if "person_id" in table.column_names and delivery_id not in instead.canonical:
                    generations.add(row["person_key"])
                parts.setdefault(contract.deliveries[source].table, []).append(table)
    if len(generations) > 1:
        # One person would be two, and nobody in one table would be found in the other: not a figure, but no error either.
        what, mend = (
            "its deliveries have person ids of different keys",
            "`maalbar rotate-person-keys` gives all of them the newest",
        )
        raise MeasurementError(what, where=contract.id, mend=mend)
    return {name: pa.concat_tables(tables) for name, tables in parts.items()}


def _judge(contract: Contract, period_id: str, found: Results) -> None:
    """Hold the results against their suites before they are stored."""
    where = f"{contract.id} period {period_id}"
    mend = "the results contradict themselves and are not stored; report it"
    if found.values:
        days = {w.id: w.days for w in contract.windows_until(period_id)}
        values = _numbers(found.values, ("quantity", *suites.RATES))
        values["most_days"] = values["persons"] * values["window_id"].map(days)
        verdict.hold(values, suites.indicator_value_suite(), where, mend)
    if found.effects:
        effects = _numbers(found.effects, suites.ESTIMATES)
        effects["is_refused"] = effects["not_measurable"].notna()
        effects["has_no_figure"] = effects["change"].isna() & effects["units"].isna()
        verdict.hold(effects, suites.effect_estimate_suite(), where, mend)
    if found.diagnostics:
        verdict.hold(pd.DataFrame(found.diagnostics), suites.diagnostic_suite(), where, mend)


def _numbers(rows: list[dict[str, Any]], names: tuple[str, ...]) -> pd.DataFrame:
    """Rows with those columns as numbers, also where no row has one."""
    frame = pd.DataFrame(rows)
    for name in names:
        frame[name] = frame[name].astype("float64") if name in frame else float("nan")
    return frame
