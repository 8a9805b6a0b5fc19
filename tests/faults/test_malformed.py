"""Malformed deliveries, through the whole way in: landing folder, staging, gate, checks, store and database.

A good delivery of another source comes in the same run, and is taken in whatever is wrong beside it. Of what is refused nothing
is left but the refusal.
"""

from __future__ import annotations

from collections import Counter

import pytest

from maalbar.errors import MaalbarError
from maalbar.flow import intake
from tests.faults import left
from tests.faults.malformed import CASES
from tests.faults.malformed.case import GOOD, Case, Refused, Same, SetAside, Waits, land, write_contract

CONTROL = {"population": "claims"}
"""The source of the good delivery beside each; of the others it is the population."""


def control_of(case: Case) -> Case:
    source = CONTROL.get(case.source, "population")
    return Case("control", (), Same(), GOOD[source], source)


def taken_in(installation, case: Case, contract_id: str) -> str | None:
    """Deliver a case and its control, and take in; the line of the refusal, if there is one."""
    write_contract(installation.investments, contract_id, {case.source: case.delivery} if case.delivery else {})
    for one in (case, control_of(case)):
        land(installation.home / "landing", contract_id, one)
    try:
        intake.take_in(contract_id, "1")
    except MaalbarError as error:
        assert error.__cause__ is None, "a library's own words may hold a cell"
        return f"{type(error).__name__}: {error.line.removeprefix(f'{contract_id} period 1, ')}"
    return None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_malformed_is(case: Case, installation):
    line = taken_in(installation, case, case.name)
    rows = {row["source"]: row for row in left.deliveries(case.name)}
    assert rows.pop(control_of(case).source)["rows_accepted"] == 20, "the good delivery is taken in"
    assert left.shelves(case.name) == left.told_of(case.name), "the store holds what is told of and nothing else"
    assert left.staged() == []
    expected = case.expected
    if isinstance(expected, Refused | Waits):
        assert rows == {}
        refused = isinstance(expected, Refused)
        assert line == (f"{expected.kind}: {expected.line}" if refused else None)
        told = [f"{row['kind']}: {row['file']}: {row['what']} — {row['mend']}" for row in left.refusals(case.name)]
        assert len(told) == (refused and expected.is_told_of)
        lies = (installation.home / "landing" / case.name / case.source / case.file_name).exists()
        assert lies == (not refused or expected.kind != "IdentityFound"), (
            "a file that may name someone may not lie there"
        )
        return
    assert (line, left.refusals(case.name), list(rows)) == (None, [], [case.source])
    row = rows[case.source]
    aside = left.quarantined(case.name, row["quarantine_sha256"])
    assert aside == (expected.reasons if isinstance(expected, SetAside) else {})
    assert row["rows_quarantined"] == len({number for numbers in aside.values() for number in numbers})
    assert row["rows_collapsed"] == expected.collapsed
    if isinstance(expected, Same):
        assert row["canonical_sha256"] == left.canonical_of(
            case.name, case.source, expected.as_good or GOOD[case.source]
        )


def test_every_case_has_a_name_of_its_own_and_there_are_sixty():
    assert max(Counter(case.name for case in CASES).values()) == 1
    assert len(CASES) >= 60
