"""Cohort: who is followed, in which arm, from when; and how long each lived in each window.

`frozen` and `waves` alike: whoever fulfils the conditions on the day of entry is in, and stays in. A cohort of kind `open`
has no members: each period is a cross-section of its own (`indicators.observe_counts`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from maalbar import engine, periods
from maalbar.contract import Contract
from maalbar.definitions import related
from maalbar.errors import MeasurementError
from maalbar.tables import TABLES
from transforms import immortal_time, windows
from transforms.attrition import attrition
from transforms.earlier_use import earlier_use, least
from transforms.followed import Followed, Tables

__all__ = ["Followed", "Tables", "changed_waves", "follow", "historical", "wave_digests"]

ARMS = ("treated", "comparison")
PENSION_AGE = "folkepension@1"


def follow(
    contract: Contract,
    tables: Tables,
    through: str,
    *,
    censor: Sequence[str] = (),
    without_last_days: int = 0,
    again: Followed | None = None,
) -> Followed:
    """Select the cohort by the conditions of the contract and lay out its living person-time up to a period.

    `tables` holds the canonical tables by name; a missing one is taken as empty. `censor`: what ends the time of a person
    besides death and emigration (`Outcome.censor`), in both arms alike. `without_last_days`: so many of the last days of
    life are left out, of those who die, in every window and both arms. Neither changes who entered, so a cohort that was
    followed up to the same period by another rule can be given as `again`, and is not selected anew. Raises MeasurementError
    where members have no municipality to leave, and where a step breaks the guard of `immortal_time`.
    """
    ends = _ends(censor, without_last_days)
    if again is not None:
        time, counts = _lay_out(again.selected, ends, without_last_days)
        return Followed(again.members, time, counts, again.attrition, again.selected)
    given = _given(tables)
    rule = contract.cohort.eligibility
    given["waves"] = windows.wave_table(contract, through, least(rule.earlier_use if rule else None))
    given["windows"] = windows.window_table(contract, through)
    given["arms"] = windows.arm_table(contract)
    _select(contract, given)
    return _followed(contract, given, ARMS, ends, without_last_days)


def historical(
    contract: Contract, tables: Tables, through: str, *, censor: Sequence[str] = (), without_last_days: int = 0
) -> Followed:
    """Those of the treated areas who would have entered on the first day of each baseline window, by the same rule.

    The areas are those whose residents have entered by the period, whenever they came on the list, and `censor` and
    `without_last_days` end time as in `follow`, or others would be compared. Each is followed in that window only, from its
    first day, with phase `historical`; who would have entered on several of those days is a member of each, so `members` has
    one row per person × window. A window whose months of earlier use lie before the baseline is left out
    (`Contract.historical_windows`): what is not delivered would be taken as nothing.
    """
    parts = []
    rule = contract.cohort.eligibility
    ends = _ends(censor, without_last_days)
    entries = windows.wave_table(contract, through)["entry_on"].to_pylist()
    arms = windows.past_arm_table(windows.arm_table(contract), entries)
    for row in contract.historical_windows:
        given = _given(tables)
        entry = [(row.id, row.start)]
        given["waves"] = windows.waves_entering(contract, entry, least(rule.earlier_use if rule else None))
        given["windows"] = windows.one_window(row.window, "historical")
        given["arms"] = arms.filter(pc.equal(arms["arm"], "treated"))
        _select(contract, given)
        # Only the treated are selected, and moves are to any area of the contract.
        given["arms"] = arms
        parts.append(_followed(contract, given, ARMS[:1], ends, without_last_days))
    return Followed(
        pa.concat_tables([part.members for part in parts]),
        pa.concat_tables([part.person_time for part in parts]),
        pa.concat_tables([part.counts for part in parts]),
        [line for part in parts for line in part.attrition],
    )


def wave_digests(members: pa.Table) -> dict[str, dict[str, Any]]:
    """By wave: how many persons, and the SHA-256 of who they are and in which arm. A wave that is entered never changes."""
    listed: dict[str, list[str]] = {}
    for person in sorted(members.select(["person_id", "arm", "wave_id"]).to_pylist(), key=lambda row: row["person_id"]):
        listed.setdefault(person["wave_id"], []).append(f"{person['person_id']} {person['arm']}")
    return {
        wave: {"persons": len(lines), "digest": hashlib.sha256("\n".join(lines).encode()).hexdigest()}
        for wave, lines in sorted(listed.items())
    }


def changed_waves(before: Mapping[str, Mapping[str, Any]], now: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The waves of an earlier measurement whose members are others now, or gone: later data have restated what was so on
    the day of entry. Waves that have entered since are no change. Both as `wave_digests` gives them.
    """
    return sorted(wave for wave, was in before.items() if now.get(wave, {}).get("digest") != was["digest"])


def _ends(censor: Sequence[str], last_days: int) -> list[str]:
    return [*censor, *(["last_days"] if last_days else [])]


def _given(tables: Tables) -> Tables:
    return {name: tables.get(name, table.schema.empty_table()) for name, table in TABLES.items()}


def _followed(contract: Contract, given: Tables, arms: Sequence[str], ends: Sequence[str], last_days: int) -> Followed:
    """The cohort that is selected in `given`, followed in its windows."""
    immortal_time.check_entry(given["cohort"], given["waves"])
    time, counts = _lay_out(given, ends, last_days)
    entries = attrition(given, arms, asks_known_before=contract.cohort.known_before is not None)
    return Followed(_with_age(given["cohort"]), time, counts, entries, given)


def _lay_out(selected: Tables, ends: Sequence[str], last_days: int) -> tuple[pa.Table, pa.Table]:
    """Person-time and counts of a selected cohort; `ends` are the reasons that end the time of a person."""
    given, members = dict(selected), selected["cohort"]
    if "left_municipality" in ends and members["municipality"].null_count:
        raise MeasurementError(
            f"{members['municipality'].null_count} members have no municipality on the day of entry, so none to leave",
            where="the table population",
            mend="have it delivered, or measure without `censor: [left_municipality]`",
        )
    deaths = pc.drop_null(given["population"]["died_on"]).unique().to_pylist()
    born = members["birth_month"].unique().to_pylist() if "pension_age" in ends else []
    given["pension_days"] = windows.pension_table(born, related.PENSION_AGE)
    given["last_days"] = windows.last_days_table(deaths, last_days)
    given["endings"] = engine.run("endings", given)
    given["censor_rules"] = pa.table({"reason": pa.array(sorted(set(ends)), pa.string())})
    given["person_time"] = engine.run("person_time", given)
    immortal_time.check_time(given["person_time"], members)
    return given["person_time"], engine.run("followed_persons", given)


def _select(contract: Contract, given: Tables) -> None:
    """Adds to `given` candidates, earlier_use, cohort and known_before: who could enter, who did, and who was known."""
    rule, known = contract.cohort.eligibility, contract.cohort.known_before
    given["benefit_codes"] = pa.table({"code": pa.array(list(rule.benefit_codes if rule else ()), pa.string())})
    given["candidates"] = engine.run("candidates", given)
    fit = given["candidates"].filter(pc.is_null(given["candidates"]["excluded_by"]))
    given["earlier_use"] = earlier_use(contract, given, fit, given["waves"], rule.earlier_use if rule else None)
    given["cohort"] = engine.run("cohort", given)
    seen = earlier_use(contract, given, given["cohort"], given["waves"], known)
    given["known_before"] = seen.filter(pc.greater_equal(seen["quantity"], least(known)))


def _with_age(members: pa.Table) -> pa.Table:
    """The members with `age`, whole years on the day of entry, counted from the first of the birth month."""
    pairs = zip(members["entry_on"].to_pylist(), members["birth_month"].to_pylist(), strict=True)
    return members.append_column("age", pa.array([periods.age_on(*pair) for pair in pairs], pa.int64()))
