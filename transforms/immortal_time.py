"""Immortal time: the guard that no time is counted in which a person could not have died, or could not be counted.

Follow-up that began before entry would be lived by everyone in it: those who died could not enter, and the rate would be
too low. So time in follow-up begins on the day of entry, which is the same day for everyone of a wave and in both arms,
and nothing that happens after it selects anybody.

Baseline time is immortal: whoever entered has lived through it, in both arms alike. That is by selection, and meant. Counts
of the baseline compare like with like between the arms, and a change from baseline to follow-up is compared with the
change in the other arm, which is selected in the same way. What it does not carry: mortality, which has no baseline; and
a change in one arm alone, since the last year of life, with most contacts of all, can only lie after entry. An estimate
without comparison (`before_after`) takes that for an effect, to the harm of the intervention.

The checks stand in pairs, before the step and after it, and name no person.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from maalbar.errors import MeasurementError


def check_lookback(spans: pa.Table) -> None:
    """The months that select end by the day of entry. Raises MeasurementError."""
    late = _count(pc.greater(spans["to_on"], spans["entry_on"]))
    _refuse(
        late, "persons are selected on what came after their day of entry", "lookback", "end the months before entry"
    )


def check_entry(members: pa.Table, waves: pa.Table) -> None:
    """Before person-time: everyone enters once, and on the day of a wave. Raises MeasurementError."""
    people = members["person_id"]
    twice = len(people) - pc.count_distinct(people).as_py()
    _refuse(twice, "persons entered more than once", "cohort", "let the first wave stand")
    entry_of = dict(zip(waves["wave_id"].to_pylist(), waves["entry_on"].to_pylist(), strict=True))
    pairs = zip(members["wave_id"].to_pylist(), members["entry_on"].to_pylist(), strict=True)
    own = sum(entry_of.get(wave) != entry for wave, entry in pairs)
    _refuse(
        own, "persons entered on another day than their wave", "cohort", "judge the conditions on the day of the wave"
    )


def check_time(person_time: pa.Table, members: pa.Table) -> None:
    """After person-time: none of it before entry or outside its window's order, none counted twice. Raises MeasurementError."""
    followed = pc.not_equal(person_time["phase"], "baseline")
    early = _count(pc.and_(followed, pc.less(person_time["from_on"], person_time["entry_on"])))
    _refuse(early, "spans of follow-up begin before entry", "person_time", "begin them on the day of entry")
    empty = _count(pc.less_equal(person_time["to_on"], person_time["from_on"]))
    _refuse(empty, "spans have no day", "person_time", "leave them out")
    entry_of = pa.table({"person_id": members["person_id"], "entered_on": members["entry_on"]})
    known = person_time.select(["person_id", "entry_on"]).join(entry_of, "person_id", join_type="left outer")
    strange = known.num_rows - _count(pc.equal(known["entry_on"], known["entered_on"]))
    _refuse(
        strange, "spans belong to no member, or not from the day of entry", "person_time", "take them from the cohort"
    )
    ordered = person_time.sort_by([("person_id", "ascending"), ("from_on", "ascending")])
    if ordered.num_rows > 1:
        same = pc.equal(ordered["person_id"].slice(1), ordered["person_id"].slice(0, ordered.num_rows - 1))
        lies_in = pc.less(ordered["from_on"].slice(1), ordered["to_on"].slice(0, ordered.num_rows - 1))
        _refuse(_count(pc.and_(same, lies_in)), "spans overlap another of the same person", "person_time",
                "let windows and spans follow each other")  # fmt: skip


def _count(flags: pa.ChunkedArray) -> int:
    return int(pc.sum(pc.cast(flags, pa.int64())).as_py() or 0)


def _refuse(count: int, what: str, step: str, mend: str) -> None:
    if count:
        raise MeasurementError(f"{count} {what}", where=f"the step {step}", mend=mend)
