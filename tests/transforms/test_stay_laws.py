"""What holds of stays whatever the contacts: order does not matter, nothing is lost, and a year at a time gives the same."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from maalbar import definitions, engine
from transforms.stays import stay_gap

FIRST = date(2020, 1, 1)
MINUTES = 24 * 60
RULE = definitions.stay("sygehusophold@1")
MONTH = 30 * MINUTES
READMISSION = pa.table({"min_minutes": [720], "after_minutes": [240], "within_minutes": [MONTH]})
NOBODY_DIES = pa.table({"person_id": pa.array([], pa.int32()), "died_on": pa.array([], pa.date32())})
SCHEMA = pa.schema(
    [
        ("person_id", pa.int32()),
        ("contact_id", pa.int64()),
        ("started_minute", pa.int64()),
        ("ended_minute", pa.int64()),
        ("started_on", pa.date32()),
        ("ended_on", pa.date32()),
        ("is_acute", pa.bool_()),
        ("contacts", pa.int64()),
        ("open_contacts", pa.int64()),
    ]
)
# Quarters of an hour, so that equal starts and gaps of exactly four hours do come up; three persons in forty days.
CONTACT = st.tuples(st.integers(1, 3), st.integers(0, 40 * 96), st.integers(0, 3 * 96), st.booleans())
CONTACTS = st.lists(CONTACT, min_size=1, max_size=40)


def _contacts(drawn: list[tuple[int, int, int, bool]]) -> list[dict[str, object]]:
    found = []
    for number, (person, start, length, is_acute) in enumerate(drawn):
        started, ended = start * 15, (start + length) * 15
        found.append(
            {
                "person_id": person, "contact_id": number, "started_minute": started, "ended_minute": ended,
                "started_on": FIRST + timedelta(days=started // MINUTES),
                "ended_on": FIRST + timedelta(days=ended // MINUTES),
                "is_acute": is_acute, "contacts": 1, "open_contacts": 0,
            }
        )  # fmt: skip
    return found


def _stays(contacts: list[dict[str, object]]) -> list[dict[str, object]]:
    table = pa.Table.from_pylist(contacts, schema=SCHEMA)
    return engine.run("hospital_stays", {"stay_contacts": table, "stay_gaps": stay_gap(RULE)}).to_pylist()


def _by_hand(contacts: list[dict[str, object]]) -> list[tuple[int, int, int, bool, int]]:
    """The definition, read aloud: person, start, end, acute, contacts."""
    found: list[tuple[int, int, int, bool, int]] = []
    for c in sorted(contacts, key=lambda c: (c["person_id"], c["started_minute"], not c["is_acute"], c["contact_id"])):
        person, start, end = c["person_id"], c["started_minute"], c["ended_minute"]
        if found and found[-1][0] == person and start <= found[-1][2] + 240:
            _, first, reached, is_acute, number = found[-1]
            found[-1] = (person, first, max(reached, end), is_acute, number + 1)
        else:
            found.append((person, start, end, bool(c["is_acute"]), 1))
    return found


@given(CONTACTS)
@settings(max_examples=50, deadline=None)
def test_stays_are_those_of_the_definition_read_aloud(drawn):
    contacts = _contacts(drawn)
    names = ("person_id", "started_minute", "ended_minute", "is_acute", "contacts")
    assert [tuple(stay[name] for name in names) for stay in _stays(contacts)] == _by_hand(contacts)


@given(CONTACTS, st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_the_order_of_contacts_changes_nothing(drawn, chance):
    contacts = _contacts(drawn)
    mixed = list(contacts)
    chance.shuffle(mixed)
    assert _stays(mixed) == _stays(contacts)


@given(CONTACTS)
@settings(max_examples=20, deadline=None)
def test_stays_made_of_stays_are_the_same_stays(drawn):
    stays = _stays(_contacts(drawn))
    assert _stays(stays) == stays


@given(CONTACTS)
@settings(max_examples=20, deadline=None)
def test_nothing_is_lost_and_each_stay_holds_its_contacts(drawn):
    contacts = _contacts(drawn)
    stays = _stays(contacts)
    assert sum(stay["contacts"] for stay in stays) == len(contacts)
    assert len(stays) <= len(contacts)
    for contact in contacts:
        around = [
            s
            for s in stays
            if s["person_id"] == contact["person_id"]
            and s["started_minute"] <= contact["started_minute"]
            and contact["ended_minute"] <= s["ended_minute"]
        ]
        assert len(around) == 1


@given(CONTACTS, st.integers(0, 45))
@settings(max_examples=20, deadline=None)
def test_bed_days_are_conserved_when_a_window_is_cut_in_two(drawn, day):
    stays = pa.Table.from_pylist(_stays(_contacts(drawn)), schema=SCHEMA)
    cut = FIRST + timedelta(days=day)
    whole, halves = _bed_days(stays, [FIRST, date(2021, 1, 1)]), _bed_days(stays, [FIRST, cut, date(2021, 1, 1)])
    assert halves == whole
    nights = [
        max(1, (s["ended_on"] - s["started_on"]).days)
        for s in stays.to_pylist()
        if s["ended_minute"] - s["started_minute"] >= 720
    ]
    assert whole == sum(nights)


def _bed_days(stays: pa.Table, cuts: list[date]) -> int:
    spans = [(a, b) for a, b in pairwise(cuts) if a < b]
    times = [
        {"person_id": p, "window_id": f"{a}", "from_on": a, "to_on": b, "is_death": False}
        for p in (1, 2, 3)
        for a, b in spans
    ]
    kinds = {"person_id": pa.int32(), "window_id": pa.string(), "from_on": pa.date32(), "to_on": pa.date32()}
    rule = {"indicator": ["it"], "stays": ["s"], "min_minutes": [720], "takes_acute": [True], "takes_planned": [True]}
    found = engine.run(
        "bed_days",
        {
            "person_time": pa.Table.from_pylist(times, schema=pa.schema([*kinds.items(), ("is_death", pa.bool_())])),
            "stays": stays.append_column("stays", pa.array(["s"] * len(stays))),
            "bed_day_rules": pa.table(rule | {"is_split": [True]}),
        },
    )
    quantities = found.column("quantity").to_pylist()
    assert all(nights >= 1 for nights in quantities), "a stay that ends on the day a window begins has no night in it"
    return sum(quantities)


@given(CONTACTS)
@settings(max_examples=15, deadline=None)
def test_some_persons_at_a_time_give_the_stays_and_readmissions_of_all_at_once(drawn):
    """A country is read by ranges of persons, each with all years."""
    contacts = _contacts(drawn)
    stays: list[dict[str, object]] = []
    readmitted: set[tuple[object, object]] = set()
    for person in sorted({c["person_id"] for c in contacts}):
        mine = _stays([c for c in contacts if c["person_id"] == person])
        stays, readmitted = stays + mine, readmitted | _readmitted(mine)
    assert stays == _stays(contacts)
    assert readmitted == _readmitted(_stays(contacts))


def _readmitted(stays: list[dict[str, object]]) -> set[tuple[object, object]]:
    tables = {
        "stays": pa.Table.from_pylist(stays, schema=SCHEMA),
        "deaths": NOBODY_DIES,
        "readmission_rules": READMISSION,
    }
    found = engine.run("readmissions", tables).to_pylist()
    return {(row["person_id"], row["readmitted_on"]) for row in found if row["readmitted_on"]}
