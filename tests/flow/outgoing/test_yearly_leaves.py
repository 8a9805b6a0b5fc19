"""The yearly report leaves by a release like everything else, held against all that has left before it."""

from __future__ import annotations

from maalbar import store
from maalbar.flow.outgoing.listed import listed
from maalbar.flow.outgoing.prepare import prepare
from maalbar.flow.outgoing.publish import publish
from maalbar.flow.yearly import yearly_report

from .settled import PREPARER, all_say_yes


def _released(contract, period: str) -> dict:
    number = prepare(contract.id, "yearly", "offentligheden", period, PREPARER)
    return next(row for row in listed(contract) if row["number"] == number)


def test_what_leaves_first_is_the_report_as_the_parties_read_it(contract, tmp_path):
    row = _released(contract, "1")
    _, written = yearly_report(contract.id, "1", tmp_path)
    assert row["files"] == {one.path.name: one.sha256 for one in written}
    assert {one.language for one in written} == {"da", "en"} and row["periods"] == ["1"]
    assert store.get(contract.id, "release", written[0].sha256) == written[0].path.read_bytes()


def test_a_later_report_is_held_against_the_one_that_has_left(contract):
    first = _released(contract, "1")
    all_say_yes(contract, first["number"])
    publish(contract.id, first["number"], PREPARER)
    assert _released(contract, "2")["earlier"] == [first["number"]]
