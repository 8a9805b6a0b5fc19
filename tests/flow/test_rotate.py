"""A new key of person ids: other ids in every table, the same rows, and every figure as it was."""

from __future__ import annotations

import itertools
import os

import pyarrow as pa
import pytest

from maalbar import kept, results, store
from maalbar.database import transaction
from maalbar.errors import MeasurementError, SetupError
from maalbar.flow import erase, intake, rotate
from maalbar.flow.difference import difference
from maalbar.flow.measure import measure
from maalbar.flow.reproduce import reproduce
from maalbar.flow.verify import verify
from maalbar.persons import new_key, rekey
from tests.flow.landing import CONTACTS, PEOPLE, deliver, known, stored
from tests.processes import is_killed_at

pytestmark = pytest.mark.usefixtures("results_database")
CHANGES = {"cohort.eligibility.benefit_codes": None, "quality.small_cell": "1"}
SURVEYED = """
person;answered;mode;proxy;satisfaction;hl1;hl2
anna;2021-05-01;W;0;6;;
carl;2021-05-01;P;0;7;;
"""


@pytest.fixture
def contract(tiny_contract):
    return tiny_contract(CHANGES)


@pytest.fixture
def newer_key(monkeypatch):
    """Puts a second generation before the first."""

    def put() -> None:
        monkeypatch.setenv("MAALBAR_PERSON_KEYS", f"2:{new_key()},{os.environ['MAALBAR_PERSON_KEYS']}")

    return put


def _delivered(contract) -> None:
    deliver(contract)
    deliver(contract, "contacts", text=CONTACTS)
    deliver(contract, "surveys", text=SURVEYED)
    intake.take_in(contract.id, "1")


def _tables(contract) -> dict[str, pa.Table]:
    with transaction() as connection:
        held = kept.of_contract(connection, contract.id)
    return {one.source: store.get_table(contract.id, "canonical", str(one.canonical)) for one in held}


def _digest(measurement: str) -> str | None:
    with transaction() as connection:
        return results.digest_of_revision(connection, measurement)


def test_every_table_has_the_ids_of_the_newest_key_and_the_same_rows(contract, newer_key):
    _delivered(contract)
    before = _tables(contract)
    newer_key()
    done = rotate.rotate(contract.id, "Hanne Hansen")
    after = _tables(contract)
    assert done.replaced == {"canonical": 3}
    names = ["anna", "bo", "carl", "dora"]
    new = dict(zip(rekey(pa.array(names), contract.id, 2).to_pylist(), names, strict=True))
    old = dict(zip(rekey(pa.array(names), contract.id, 1).to_pylist(), names, strict=True))
    for source, table in after.items():
        assert _named(table, new) == _named(before[source], old)
        assert not set(table.column("person_id").to_pylist()) & set(old)
    verify(contract.id)


def _named(table: pa.Table, names: dict[str, str]) -> list[str]:
    """The rows with the names of the sender, in any order."""
    rows = [row | {"person_id": names[row["person_id"]]} for row in table.to_pylist()]
    return sorted(map(str, rows))


def test_a_table_under_a_newer_key_is_to_the_byte_what_intake_makes_with_it(tiny_contract, newer_key, home):
    contract = tiny_contract(CHANGES)
    _delivered(contract)
    newer_key()
    rotate.rotate(contract.id, "Hanne Hansen")
    rotated = {path.name for path in stored(contract)["canonical"]}
    deliver(contract, as_of="2022-10-20")
    deliver(contract, "contacts", text=CONTACTS, as_of="2022-10-20")
    deliver(contract, "surveys", text=SURVEYED, as_of="2022-10-20")
    intake.take_in(contract.id, "1")
    assert [row["person_key"] for row in known(contract)] == [1, 1, 1, 2, 2, 2]
    assert {row["canonical_sha256"] for row in known(contract)[3:]} == rotated


def test_every_figure_comes_to_the_same(contract, newer_key):
    _delivered(contract)
    measurement = measure(contract.id, "1")
    before = _digest(measurement)
    newer_key()
    rotate.rotate(contract.id, "Hanne Hansen")
    assert _digest(measurement) == before
    found = reproduce(contract.id, "1")
    assert (found.answer, [row["kind"] for row in found.erasures]) == ("identical", ["rotation"])


def test_the_next_period_finds_the_same_persons_in_its_waves(contract, newer_key):
    _delivered(contract)
    measure(contract.id, "1")
    newer_key()
    rotate.rotate(contract.id, "Hanne Hansen")
    for source, content in (("population", PEOPLE), ("contacts", CONTACTS), ("surveys", SURVEYED)):
        deliver(contract, source, text=content, as_of="2023-10-15")
    intake.take_in(contract.id, "2")
    measurement = measure(contract.id, "2")
    with transaction() as connection:
        told = {row["name"]: row["verdict"] for row in results.diagnostics_of(connection, measurement)}
    assert told["check.waves"] == "held"


def test_ids_of_different_keys_are_neither_measured_nor_compared(contract, newer_key):
    _delivered(contract)
    newer_key()
    deliver(contract, "contacts", text=CONTACTS, as_of="2022-10-20")
    intake.take_in(contract.id, "1")
    # Nobody of the population would have had a contact.
    with pytest.raises(MeasurementError, match="person ids of different keys"):
        measure(contract.id, "1")
    old, new = (row["delivery_id"] for row in known(contract) if row["source"] == "contacts")
    with pytest.raises(MeasurementError, match="person ids are of different keys"):
        difference(contract.id, new, old)
    rotate.rotate(contract.id, "Hanne Hansen")
    assert measure(contract.id, "1") == f"{contract.id}|1|r1"
    assert difference(contract.id, new, old).rows == {"added": 0, "changed": 0, "gone": 0, "same": 8}


def test_a_figure_that_depended_on_an_id_would_stop_the_rotation(contract, newer_key, monkeypatch):
    from maalbar.flow import measure as measuring

    _delivered(contract)
    measure(contract.id, "1")
    compute = measuring.compute

    def leaning(held, tables, missing, period):
        found = compute(held, tables, missing, period)
        first = tables["population"].column("person_id")[0].as_py()
        found.cohort["members"]["treated"] += int(first, 16) % 1_000_003
        return found

    monkeypatch.setattr(measuring, "compute", leaning)
    newer_key()
    before = stored(contract)
    with pytest.raises(MeasurementError, match="comes to something else with the ids of another key"):
        rotate.rotate(contract.id, "Hanne Hansen")
    assert {row.canonical for row in _kept(contract)} <= {path.name for path in before["canonical"]}


def _kept(contract) -> list[kept.Kept]:
    with transaction() as connection:
        return kept.of_contract(connection, contract.id)


def test_the_erased_stay_erased_through_a_rotation_and_after_it(contract, newer_key):
    _delivered(contract)
    measure(contract.id, "1")
    erase.erase(contract.id, ["carl"], "objection", "Hanne Hansen")
    newer_key()
    rotate.rotate(contract.id, "Hanne Hansen")
    carl = {rekey(pa.array(["carl"]), contract.id, generation)[0].as_py() for generation in (1, 2)}
    assert all(not carl & set(table.column("person_id").to_pylist()) for table in _tables(contract).values())
    assert reproduce(contract.id, "1").answer == "identical but for listed erasures"
    deliver(contract, "contacts", text=CONTACTS, as_of="2022-10-20")
    intake.take_in(contract.id, "1")
    assert known(contract)[-1]["rows_erased"] == 2
    # And who is erased under the newer key is found in what was rotated.
    erase.erase(contract.id, ["dora"], "objection", "Hanne Hansen")
    dora = rekey(pa.array(["dora"]), contract.id, 2)[0].as_py()
    assert all(dora not in table.column("person_id").to_pylist() for table in _tables(contract).values())
    verify(contract.id)


def test_rotating_again_changes_nothing(contract, newer_key):
    _delivered(contract)
    assert rotate.rotate(contract.id, "Hanne Hansen") is None
    newer_key()
    rotate.rotate(contract.id, "Hanne Hansen")
    before = stored(contract)
    assert rotate.rotate(contract.id, "Hanne Hansen") is None
    assert stored(contract) == before


def test_without_the_older_key_nothing_is_rotated(contract, monkeypatch):
    _delivered(contract)
    monkeypatch.setenv("MAALBAR_PERSON_KEYS", f"2:{new_key()}")
    before = stored(contract)
    with pytest.raises(SetupError):
        rotate.rotate(contract.id, "Hanne Hansen")
    assert stored(contract)["raw"] == before["raw"]


def test_killed_at_any_statement_it_is_rotated_once_when_it_is_run_again(tiny_contract, newer_key):
    newer_key_is_there = False
    for statement in itertools.count(1):
        contract = tiny_contract({"cohort.eligibility.benefit_codes": None}, id=f"tiny_{statement}")
        if newer_key_is_there:
            os.environ["MAALBAR_PERSON_KEYS"] = os.environ["MAALBAR_PERSON_KEYS"].split(",")[1]
        deliver(contract, "contacts", text=CONTACTS)
        intake.take_in(contract.id, "1")
        newer_key()
        newer_key_is_there = True
        killed = is_killed_at(statement, rotate.rotate, contract.id, "Hanne Hansen")
        rotate.rotate(contract.id, "Hanne Hansen")
        assert [one.person_key for one in _kept(contract)] == [2]
        assert {shelf: len(files) for shelf, files in stored(contract).items()} == {"raw": 1, "canonical": 1}
        verify(contract.id)
        if not killed:
            break
    assert statement > 5
