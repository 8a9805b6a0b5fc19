"""Rows set aside: listed and told to their sender without a value, and let in by a named person where that can be right."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow.compute as pc
import pytest
from sqlalchemy import select

from maalbar import store
from maalbar.database import transaction
from maalbar.errors import DeliveryRefused, SetupError
from maalbar.flow import intake, quarantine
from maalbar.flow.history import checks_of
from maalbar.flow.release import release
from maalbar.schema import delivery_figure, quarantine_release
from tests.flow.landing import AS_OF, deliver, known

pytestmark = pytest.mark.usefixtures("results_database")
HEADER = "person;sex;born;area;moved_in;moved_out;died;emigrated;care_home"
LATER = "2022-12-24"
"""After the day that the delivery describes."""


def _people(*wrong: str, right: int = 17) -> str:
    return "\n".join([HEADER, *wrong, *(f"p{n};F;1950-01-01;north;2010-01-01;;;;0" for n in range(right))])


MOVES_LATER = f"marta;F;1950-01-01;north;2010-01-01;{LATER};;;0"
MOVES_AND_DIED = f"mikkel;F;1950-01-01;north;2010-01-01;{LATER};1949-05-06;;0"


@pytest.fixture
def contract(tiny_contract):
    return tiny_contract()


@pytest.fixture
def taken(contract):
    """Two rows of nineteen set aside: rows 1 and 2 of the file. The contract allows 10 %, and 2 of 20 is that."""
    deliver(contract, text=_people(MOVES_LATER, MOVES_AND_DIED, right=18))
    intake.take_in("tiny", "1")
    return known(contract)[0]


def test_what_was_set_aside_is_listed_by_reason_with_the_rows_of_the_file(contract, taken):
    (one,) = quarantine.set_aside(contract)
    assert (one.row["delivery_id"], one.row["file"], one.is_in_force) == (
        taken["delivery_id"], f"population-{AS_OF}.csv", True,
    )  # fmt: skip
    assert [(c.reason.code, c.rows, c.ranges) for c in one.reasons] == [
        ("resident_to.after_as_of", 2, "1–2"),
        ("died_on.before_birth_month", 1, "2"),
    ]


def test_a_delivery_is_named_by_its_id_or_by_the_hash_of_its_file(contract, taken):
    for named in (taken["delivery_id"], taken["sha256"][:6], f"{taken['source']}@{taken['as_of']}"):
        (one,) = quarantine.set_aside(contract, named)
        assert one.row["delivery_id"] == taken["delivery_id"]
    for named in ("tiny|population", taken["sha256"][:5]):
        with pytest.raises(SetupError, match="no delivery of tiny is called so"):
            quarantine.set_aside(contract, named)


def test_the_sender_gets_row_numbers_and_remedies_in_his_own_columns_and_no_value(contract, taken, tmp_path: Path):
    (one,) = quarantine.set_aside(contract)
    file = tmp_path / "til-afsender.csv"
    assert quarantine.export(contract, one, file) == 3
    raw = file.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf"), "a Danish spreadsheet reads it as UTF-8"
    rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines(), delimiter=";"))
    assert [(row["række"], row["kolonne"], row["årsag"]) for row in rows] == [
        ("1", "moved_out", f"moved_out ligger efter den dag, filen beskriver ({AS_OF})"),
        ("2", "died, born", "died ligger før born"),
        ("2", "moved_out", f"moved_out ligger efter den dag, filen beskriver ({AS_OF})"),
    ]
    assert {row["how to mend it"] for row in rows} == {
        "correct died or born", "correct moved_out, or tell us that it is right",
    }  # fmt: skip
    for marker in ("marta", "mikkel", LATER, "1949-05-06", "1950"):
        assert marker.encode() not in raw
    with pytest.raises(SetupError, match="is there already"):
        quarantine.export(contract, one, file)


def test_no_cell_of_an_export_is_a_formula(tiny_contract, tmp_path: Path):
    # The contract is ours, but a column may be called anything.
    contract = tiny_contract({"deliveries.population.columns.resident_to": "=moved_out"})
    text = _people(MOVES_LATER).replace("moved_out", "=moved_out")
    deliver(contract, text=text)
    intake.take_in("tiny", "1")
    file = tmp_path / "out.csv"
    quarantine.export(contract, quarantine.set_aside(contract)[0], file)
    cells = [cell for row in csv.reader(file.read_text("utf-8-sig").splitlines(), delimiter=";") for cell in row]
    assert "'=moved_out" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_a_named_person_lets_in_the_rows_that_were_set_aside_for_nothing_else(contract, taken):
    row = release(contract, taken["delivery_id"], ["resident_to.after_as_of"], "Rita Region", "moves are known ahead")
    first, second = known(contract)
    assert first == taken, "the old version stands as it was"
    assert second["delivery_id"] == row["delivery_id"] == f"tiny|population|{AS_OF}|v2|{taken['sha256'][:12]}"
    assert (second["sha256"], second["supersedes"]) == (taken["sha256"], taken["sha256"])
    account = ("rows_in", "rows_accepted", "rows_quarantined", "rows_collapsed")
    assert [first[name] for name in account] == [20, 18, 2, 0]
    assert [second[name] for name in account] == [20, 19, 1, 0]
    before, after = (store.get_table("tiny", "canonical", one["canonical_sha256"]) for one in (first, second))
    assert (len(before), len(after)) == (18, 19)
    assert pc.max(after["resident_to"]).as_py().isoformat() == LATER
    left = store.get_table("tiny", "quarantine", second["quarantine_sha256"]).to_pylist()
    assert left == [{"row_number": 2, "reason": "died_on before birth_month"}]
    with transaction() as connection:
        (said,) = connection.execute(select(quarantine_release)).mappings()
    assert (said["name"], said["why"], said["rows_released"]) == ("Rita Region", "moves are known ahead", 1)
    assert said["reasons"] == ["resident_to: after the day the delivery describes"]


def test_a_version_that_a_person_lets_in_has_figures_and_checks_like_others(contract, taken):
    row = release(contract, taken["delivery_id"], ["resident_to.after_as_of"], "Rita Region", "moves are known ahead")
    with transaction() as connection:
        kept = select(delivery_figure.c.figures).where(delivery_figure.c.delivery_id == row["delivery_id"])
        assert connection.execute(kept).scalar_one()["all"][""] == [19, 18, 19]
        assert "volume_superseded" in {check["name"] for check in checks_of(connection, row["delivery_id"])}


def test_the_released_version_serves_the_period_and_the_file_is_not_taken_in_again(contract, taken):
    row = release(contract, taken["delivery_id"], ["resident_to.after_as_of"], "Rita", "known ahead")
    intake.take_in("tiny", "1")
    assert len(known(contract)) == 2
    assert [one.row["delivery_id"] for one in quarantine.set_aside(contract) if one.is_in_force] == [row["delivery_id"]]
    # A corrected file takes the place of the released version, and nothing released holds for it.
    deliver(contract, text=_people(MOVES_LATER, right=19), name="again", supersedes=taken["sha256"])
    intake.take_in("tiny", "1")
    assert known(contract)[-1]["rows_quarantined"] == 1


def test_a_second_release_keeps_what_the_first_let_in(contract):
    old = "olga;F;1950-01-01;north;1899-01-01;;;;0".replace("1950", "1890")
    deliver(contract, text=_people(MOVES_LATER, old, right=18))
    intake.take_in("tiny", "1")
    sha256 = known(contract)[0]["sha256"]
    release(contract, sha256, ["resident_to.after_as_of"], "Rita", "known ahead")
    release(contract, sha256, ["birth_month.before_1900", "resident_from.before_1900"], "Rita", "she is that old")
    assert [row["rows_quarantined"] for row in known(contract)] == [2, 1, 0]
    assert known(contract)[-1]["quarantine_sha256"] is None


def test_what_contradicts_itself_is_never_let_in(contract, taken):
    with pytest.raises(DeliveryRefused, match=r"`died_on\.before_birth_month` is never released"):
        release(contract, taken["delivery_id"], ["died_on.before_birth_month"], "Rita", "I say so")
    assert known(contract) == [taken]


def test_a_release_needs_a_name_a_reason_and_rows(contract, taken):
    for name, why in (("", "because"), ("Rita", " ")):
        with pytest.raises(SetupError, match="nobody has said it, or not why"):
            release(contract, taken["delivery_id"], ["resident_to.after_as_of"], name, why)
    with pytest.raises(SetupError, match="looks like it holds a CPR number"):
        release(contract, taken["delivery_id"], ["resident_to.after_as_of"], "Rita", "it is 251248 9996")
    with pytest.raises(SetupError, match="no row is set aside for a reason of that code"):
        release(contract, taken["delivery_id"], ["sex.empty"], "Rita", "because")
    assert known(contract) == [taken]


def test_a_row_that_has_another_fault_besides_is_not_let_in(contract):
    deliver(contract, text=_people(MOVES_AND_DIED))
    intake.take_in("tiny", "1")
    before = known(contract)
    with pytest.raises(DeliveryRefused, match="no row is set aside for that alone"):
        release(contract, before[0]["delivery_id"], ["resident_to.after_as_of"], "Rita", "known ahead")
    assert known(contract) == before


def test_rows_that_would_push_others_out_are_not_let_in(contract):
    # The same person and day with another content: let in, neither of the two could be told to be right.
    deliver(contract, text=_people(MOVES_LATER, MOVES_LATER.replace(LATER, ""), right=18))
    intake.take_in("tiny", "1")
    before = known(contract)
    with pytest.raises(DeliveryRefused, match="let in, 2 rows would be set aside for what they are together"):
        release(contract, before[0]["delivery_id"], ["resident_to.after_as_of"], "Rita", "known ahead")
    assert known(contract) == before


def test_rows_of_a_version_whose_place_is_taken_are_not_let_in(contract, taken):
    deliver(contract, text=_people(right=19), name="again", supersedes=taken["sha256"])
    intake.take_in("tiny", "1")
    with pytest.raises(DeliveryRefused, match="another version has taken its place"):
        release(contract, taken["delivery_id"], ["resident_to.after_as_of"], "Rita", "known ahead")
