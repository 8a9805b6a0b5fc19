"""A list of codes that has changed stops a delivery, in words; a code that one row has is that row's fault alone."""

from __future__ import annotations

import pytest

from maalbar.errors import DeliveryRefused
from tests.transforms.taken import taken

HEADER = "person;contact;began;ended;priority;form;unit;system"


def file(*codes: str) -> bytes:
    rows = [f"p1;k{n};2022-07-04 10:00;;{code};ALCA00;u;LPR3" for n, code in enumerate(codes)]
    return "\n".join([HEADER, *rows, ""]).encode()


def test_a_code_in_twenty_rows_is_a_changed_list_and_is_named_with_the_line_that_would_take_it(tiny):
    with pytest.raises(DeliveryRefused) as refused:
        taken(tiny, "contacts", file(*["ATA1"] * 100, *["ATA4"] * 20))
    line = refused.value.line
    assert "priority: 1 unknown code in 20 rows: ATA4 (20)" in line
    assert 'codes: {priority: {"ATA4": ' in line


def test_a_code_in_fewer_rows_sets_those_rows_aside_and_is_not_named(tiny):
    found, _ = taken(tiny, "contacts", file(*["ATA1"] * 100, *["ATA4"] * 19))
    assert (found.account.accepted, found.account.quarantined) == (100, 19)
    assert {row["reason"] for row in found.quarantine.to_pylist()} == {"priority: unknown code"}


def test_a_column_that_holds_no_codes_is_told_without_any(tiny):
    with pytest.raises(DeliveryRefused) as refused:
        taken(tiny, "contacts", file(*[f"ann{n % 30:02}" for n in range(30 * 20)]))
    assert "30 unknown codes in 600 rows" in refused.value.line
    assert "ann" not in refused.value.line


def test_codes_are_counted_over_all_batches_of_a_file(tiny, monkeypatch):
    monkeypatch.setattr("transforms.formats.ROWS", 3)
    with pytest.raises(DeliveryRefused, match="ATA4 \\(20\\)"):
        taken(tiny, "contacts", file(*["ATA4"] * 20))


def test_an_empty_cell_is_no_code(tiny):
    found, _ = taken(tiny, "contacts", file(*[""] * 40))
    assert found.account.accepted == 40
