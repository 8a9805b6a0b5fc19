"""A corrected file: its difference is shown, the periods made from it are measured again, and later extracts open none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from maalbar import corrections, results
from maalbar.database import transaction
from maalbar.errors import MeasurementError, StoreDamaged
from maalbar.flow import intake
from maalbar.flow.correct import correct, substitutions_for, would_move
from maalbar.flow.difference import difference
from maalbar.flow.measure import measure
from maalbar.flow.restated import restate
from maalbar.schema import correction, measured, measurement, restatement
from tests.flow.landing import AS_OF, CONTACTS, deliver, known, stored

pytestmark = pytest.mark.usefixtures("results_database")
LATER = "2023-10-15"
CAME_SINCE = "bo;k10;2021-12-01 10:00;2021-12-01 11:00;ATA1;ALCA00;u;LPR3\n"
WITHOUT_DORA_S = CONTACTS.replace("dora;k8;2021-11-01 10:00;2021-11-01 11:00;ATA1;ALCA00;u;LPR3\n", "")
MOVED = CONTACTS.replace(
    "dora;k7;2021-10-01 10:00;2021-10-01 11:00;ATA1", "dora;k7;2021-10-02 10:00;2021-10-02 11:00;ATA2"
)


@pytest.fixture
def contract(tiny_contract):
    return tiny_contract({"cohort.eligibility.benefit_codes": None, "quality.small_cell": "1"})


def _take_in(contract, period: str, contacts: str, as_of: str) -> None:
    deliver(contract, as_of=as_of)
    deliver(contract, "contacts", text=contacts, as_of=as_of)
    intake.take_in(contract.id, period)


def _measured_twice(contract) -> None:
    """Two periods, each from extracts of its own."""
    _take_in(contract, "1", CONTACTS, AS_OF)
    measure("tiny", "1")
    _take_in(contract, "2", CONTACTS + CAME_SINCE, LATER)
    measure("tiny", "2")


def _corrected(contract, contacts: str = WITHOUT_DORA_S) -> tuple[str, str]:
    """A corrected extract of contacts for period 1; (superseded, new)."""
    before = _of_contacts(contract)[-1]
    deliver(contract, "contacts", text=contacts, name=f"corrected-{before['sequence']}", supersedes=before["sha256"])
    intake.take_in(contract.id, "1")
    return before["delivery_id"], _of_contacts(contract)[-1]["delivery_id"]


def _of_contacts(contract) -> list[dict]:
    return [row for row in known(contract) if (row["source"], row["as_of"]) == ("contacts", date.fromisoformat(AS_OF))]


def _change(measurement_id: str) -> Decimal:
    with transaction() as connection:
        rows = results.effects_of(connection, measurement_id)
    return next(r["change"] for r in rows if (r["outcome"], r["basis"]) == ("contacts", "cumulative"))


def _revisions() -> dict[str, int]:
    with transaction() as connection:
        rows = connection.execute(select(measurement.c.period, func.max(measurement.c.revision)).group_by("period"))
        return dict(rows.tuples().all())


def _count(table) -> int:
    with transaction() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_only_the_periods_made_from_the_superseded_file_are_measured_again(contract):
    _measured_twice(contract)
    old, new = _corrected(contract)
    done = correct("tiny", {old: new}, "Dorte Data", "Dora's second was another's")
    assert done.revisions == {"1": "tiny|1|r2"}
    assert _revisions() == {"1": 2, "2": 1}
    # Comparison: 0.5 → 1.5 a year becomes 0.5 → 1.0, beside 0.5 → 0.5: (0.5 / 0.5) / (1.0 / 0.5) - 1 = -1/2.
    assert [_change("tiny|1|r1"), _change("tiny|1|r2")] == [Decimal("-0.666667"), Decimal("-0.5")]
    with transaction() as connection:
        (row,) = corrections.all_of(connection, "tiny")
        frozen = results.open_revision(connection, "tiny", "1")
    assert (row["name"], row["reason"]) == ("Dorte Data", "Dora's second was another's")
    assert (row["substitutions"], row["revisions"]) == ({old: new}, {"1": "tiny|1|r2"})
    assert frozen["inputs"]["contacts"] == new
    assert frozen["inputs"]["population"] == next(
        row["delivery_id"] for row in known(contract) if (row["source"], str(row["as_of"])) == ("population", AS_OF)
    )


def test_a_file_that_several_periods_are_made_from_is_corrected_in_all_of_them(contract):
    _measured_twice(contract)
    old, new = _corrected(contract)
    with transaction() as connection:
        held = results.open_revision(connection, "tiny", "2")
        inputs = held["inputs"] | {"contacts": old}
        frozen = results.freeze(connection, contract, "2", 2, inputs, date.fromisoformat(LATER), "0.1.0+test")
    done = correct("tiny", {old: new}, "Dorte", "Another's")
    assert done.revisions == {"1": "tiny|1|r2", "2": "tiny|2|r3"}
    assert frozen["measurement_id"] == "tiny|2|r2"


def test_a_dry_run_shows_the_figures_that_would_move_and_stores_nothing(contract):
    _measured_twice(contract)
    old, new = _corrected(contract)
    before = _count(measurement), _count(measured), _count(correction)
    rows = [row for row in would_move("tiny", {old: new}) if row.is_moved]
    assert {(row.period, row.before["outcome"], row.before["basis"]) for row in rows} == {
        ("1", "contacts", "period"), ("1", "contacts", "cumulative"),
    }  # fmt: skip
    assert {(row.before["change"], row.after["change"]) for row in rows} == {
        (Decimal("-0.666667"), Decimal("-0.500000"))
    }
    assert (_count(measurement), _count(measured), _count(correction)) == before


def test_a_delivery_knows_all_that_it_takes_the_place_of(contract):
    _measured_twice(contract)
    first, second = _corrected(contract)
    _, third = _corrected(contract, MOVED)
    # The second version was never measured; the third takes the place of the first all the same.
    assert substitutions_for("tiny", third) == {second: third, first: third}
    assert correct("tiny", substitutions_for("tiny", third), "Dorte", "Both").revisions == {"1": "tiny|1|r2"}
    with pytest.raises(MeasurementError, match="it takes the place of no other"):
        substitutions_for("tiny", first)


@pytest.mark.fault("F64")
def test_a_file_sent_back_to_what_it_was_ends_where_it_began(contract):
    _measured_twice(contract)
    first, second = _corrected(contract)
    correct("tiny", {first: second}, "Dorte", "Another's")
    _, third = _corrected(contract, CONTACTS)
    assert substitutions_for("tiny", third) == {second: third, first: third}
    correct("tiny", substitutions_for("tiny", third), "Dorte", "It was hers after all")
    assert _change("tiny|1|r3") == _change("tiny|1|r1")


def test_what_no_period_is_made_from_is_nothing_to_correct(contract):
    _take_in(contract, "1", CONTACTS, AS_OF)
    old, new = _corrected(contract)
    with pytest.raises(MeasurementError, match="no period is measured from what is superseded") as told:
        correct("tiny", {old: new}, "Dorte", "Another's")
    assert told.value.where == old
    measure("tiny", "1")
    with pytest.raises(MeasurementError, match="so there is nothing to correct"):
        correct("tiny", {old: new}, "Dorte", "Measured from the new one already")


def test_a_correction_has_a_name_and_a_reason_and_two_deliveries_of_one_source(contract):
    _measured_twice(contract)
    old, new = _corrected(contract)
    other = next(row["delivery_id"] for row in known(contract) if row["source"] == "population")
    for substitutions, name, reason, why in (
        ({old: new}, " ", "why", "a correction has a name"),
        ({old: new}, "Dorte", "", "a correction has a reason"),
        ({old: new}, "Dorte", "for 251248 9996", "the reason looks like it holds a CPR number"),
        ({old: other}, "Dorte", "why", "is of the source contacts and cannot be replaced by one of population"),
        ({old: "tiny|x"}, "Dorte", "why", r"there is no delivery tiny\|x"),
        ({old: new, new: old}, "Dorte", "why", "would be replaced itself"),
    ):
        with pytest.raises(MeasurementError, match=why):
            correct("tiny", substitutions, name, reason)
    assert (_count(correction), _revisions()) == (0, {"1": 1, "2": 1})


def test_an_interrupted_correction_is_completed_when_it_is_asked_for_again(contract):
    _measured_twice(contract)
    old, new = _corrected(contract)
    lost = next(p for p in stored(contract)["canonical"] if p.name == _of_contacts(contract)[-1]["canonical_sha256"])
    whole = lost.read_bytes()
    lost.unlink()
    with pytest.raises(StoreDamaged):
        correct("tiny", {old: new}, "Dorte", "Another's")
    lost.write_bytes(whole)
    done = correct("tiny", {old: new}, "Dorte", "Another's")
    assert (done.number, done.revisions) == (1, {"1": "tiny|1|r2"})
    assert _change("tiny|1|r2") == Decimal("-0.5")
    assert _count(correction) == 1


def test_the_difference_tells_rows_columns_totals_and_figures(contract):
    _measured_twice(contract)
    old, new = _corrected(contract, MOVED)
    found = difference("tiny", new)
    assert (found.before, found.after, found.table) == (old, new, "contacts")
    # One of Dora's eight is a day later and of another priority.
    assert found.rows == {"added": 0, "changed": 1, "gone": 0, "same": 7}
    assert set(found.columns) == {
        "started_on", "ended_on", "started_at", "ended_at", "started_minute", "ended_minute", "priority",
    }  # fmt: skip
    assert [(t.code, t.rows_before, t.rows_after, t.persons_after) for t in found.totals] == [
        ("*", 8, 8, 4), ("hospital", 8, 8, None),
    ]  # fmt: skip
    assert {row.period for row in found.effects} == {"1"}
    assert not any(row.is_moved for row in found.effects), "a day within the period changes no count"
    # The other way round it would tell of the later one what is withheld this way.
    with pytest.raises(MeasurementError, match="came before what it is compared with"):
        difference("tiny", old, against=new)


def test_of_fewer_persons_than_may_be_told_no_count_stands_in_the_difference(tiny_contract):
    contract = tiny_contract({"cohort.eligibility.benefit_codes": None, "quality.small_cell": "3"})
    _take_in(contract, "1", CONTACTS, AS_OF)
    _, new = _corrected(contract, MOVED)
    found = difference("tiny", new)
    # One person changed: neither how many, nor in what, nor what the totals became.
    # Nor how many are the same: of the eight before, that leaves one.
    assert found.rows == dict.fromkeys(("added", "changed", "gone", "same"))
    assert found.columns == ()
    told = [(t.code, t.rows_before, t.rows_after, t.persons_before, t.persons_after) for t in found.totals]
    assert told == [("*", 8, None, 4, None), ("hospital", 8, None, None, None)]


def test_what_one_difference_withholds_follows_from_no_other(tiny_contract):
    contract = tiny_contract({"cohort.eligibility.benefit_codes": None, "quality.small_cell": "3"})
    _take_in(contract, "1", CONTACTS, AS_OF)
    more = "".join(
        f"{who};n{who};2021-12-01 10:00;2021-12-01 11:00;ATA1;ALCA00;u;LPR3\n" for who in ("anna", "bo", "carl")
    )
    first, second = _corrected(contract, WITHOUT_DORA_S)
    _, third = _corrected(contract, WITHOUT_DORA_S + more)
    # The second lacks one row of Dora's; the third too, and has three more of three persons. 8 → withheld → withheld.
    for after, before in ((second, first), (third, second), (third, first)):
        found = difference("tiny", after, before)
        whole = found.totals[0]
        assert (whole.rows_before, whole.rows_after) == (8 if before == first else None, None)
        assert set(found.rows.values()) == {None}


def test_differences_of_enough_persons_are_told_with_what_the_totals_became(tiny_contract):
    contract = tiny_contract({"cohort.eligibility.benefit_codes": None, "quality.small_cell": "3"})
    _take_in(contract, "1", CONTACTS, AS_OF)
    more = "".join(
        f"{who};n{who};2021-12-01 10:00;2021-12-01 11:00;ATA1;ALCA00;u;LPR3\n" for who in ("anna", "bo", "carl")
    )
    _, new = _corrected(contract, CONTACTS + more)
    found = difference("tiny", new)
    assert found.rows == {"added": 3, "changed": 0, "gone": 0, "same": 8}
    assert [(t.rows_before, t.rows_after) for t in found.totals] == [(8, 11)] * 2


def test_later_extracts_say_what_an_earlier_period_would_now_be_and_open_none(contract):
    _measured_twice(contract)
    before = _count(measurement), _count(measured), _revisions()
    found = {(row.period, row.was["outcome"], row.was["basis"]): row for row in restate("tiny")}
    row = found["1", "contacts", "cumulative"]
    # Bo's of the first period came with the later extract: the treated go from 0.5 to 1.0 a year, as the comparison to 1.5.
    # (1.0 / 0.5) / (1.5 / 0.5) - 1 = -1/3.
    assert (row.was["change"], row.now["change"]) == ("-0.666667", "-0.333333")
    assert {period for period, _, _ in found} == {"1"}, "the second is measured from the newest already"
    assert row.as_known_at == date.fromisoformat(LATER)
    assert (_count(measurement), _count(measured), _revisions()) == before


def test_a_restatement_is_kept_once_beside_its_measurement(contract, monkeypatch):
    _measured_twice(contract)
    first = restate("tiny", "1")
    monkeypatch.setattr("maalbar.flow.restated.results_from", _never)
    assert restate("tiny", "1") == first
    assert restate("tiny", "2") == []
    assert _count(restatement) == 1
    with transaction() as connection:
        assert set(corrections.restated(connection, ["tiny|1|r1", "tiny|2|r1"])) == {"tiny|1|r1"}


def _never(*_: object) -> None:
    raise AssertionError("it is kept and was computed again")


def test_before_anything_newer_comes_nothing_is_restated(contract):
    _take_in(contract, "1", CONTACTS, AS_OF)
    measure("tiny", "1")
    assert restate("tiny") == []
