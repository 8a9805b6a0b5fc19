"""Erasing persons: their rows are gone from every object, the next delivery brings none back, and what is left is as it was.

The tiny contract: Anna and Bo are treated, Carl and Dora are compared with. Two years before, each had one contact; after, Anna
and Carl had one each and Dora two.
"""

from __future__ import annotations

import itertools
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from sqlalchemy import text

from maalbar import erasures, kept, store
from maalbar.database import transaction
from maalbar.errors import ErasureRefused, SetupError, StoreDamaged
from maalbar.flow import erase as flow
from maalbar.flow import intake, replacing
from maalbar.flow.measure import measure
from maalbar.flow.verify import verify
from maalbar.persons import mark, new_key, person_keys, rekey
from maalbar.settings import settings
from tests.flow.landing import CONTACTS, PEOPLE, deliver, known, stored
from tests.processes import ended, is_killed_at, start

pytestmark = pytest.mark.usefixtures("results_database")
SURVEYED = """
person;answered;mode;proxy;satisfaction;hl1;hl2
anna;2021-05-01;W;0;6;;
carl;2021-05-01;W;0;7;;
"""


@pytest.fixture
def contract(tiny_contract):
    return tiny_contract({"cohort.eligibility.benefit_codes": None, "quality.small_cell": "1"})


def _delivered(contract) -> None:
    deliver(contract)
    deliver(contract, "contacts", text=CONTACTS)
    intake.take_in(contract.id, "1")


def _objects(contract) -> dict[str, kept.Kept]:
    with transaction() as connection:
        return {one.source: one for one in kept.of_contract(connection, contract.id)}


def _raw(contract, source: str) -> str:
    return store.get(contract.id, "raw", str(_objects(contract)[source].raw)).decode()


def _without(text_of_file: str, person: str) -> str:
    """A file without the lines of a person."""
    return "".join(f"{line}\n" for line in text_of_file.strip().splitlines() if not line.startswith(person))


def _places(words: list[str], contract) -> list[str]:
    """Where any of the words stands: in a file of the home, by path or by content, or in a row of any table."""
    found = []
    for path in (p for p in settings().home.rglob("*") if p.is_file() and "postgres" not in p.parts):
        raw = path.read_bytes()
        if path.suffix == "" and raw[:4] == b"PAR1":
            raw = str(pa.parquet.read_table(path).to_pydict()).encode() + raw
        found += [f"{path.relative_to(settings().home)}" for word in words if word.encode() in raw or word in path.name]
    with transaction() as connection:
        tables = (
            connection.execute(
                text("select tablename from pg_tables where schemaname = 'public' and tablename <> 'schema_version'")
            )
            .scalars()
            .all()
        )
        for table in tables:
            for word in words:
                query = text(f'select count(*) from "{table}" as t where t::text like :word')
                if connection.execute(query, {"word": f"%{word}%"}).scalar_one():
                    found.append(table)
    return found


def test_the_rows_of_a_person_are_gone_and_every_other_row_is_as_it_was(contract):
    _delivered(contract)
    done = flow.erase(contract.id, ["carl"], "objection", "Hanne Hansen")
    assert _raw(contract, "population") == _without(PEOPLE, "carl")
    assert _raw(contract, "contacts") == _without(CONTACTS, "carl")
    people = store.get_table(contract.id, "canonical", str(_objects(contract)["population"].canonical))
    ids = rekey(pa.array(["anna", "bo", "dora"]), contract.id, 1).to_pylist()
    assert people.column("person_id").to_pylist() == sorted(ids)
    # Old and new hashes, and how many rows went: of persons 1, of contacts 2.
    assert {(d.split("|")[1], shelf, rows) for d, shelf, _, _, rows in done.row["replaced"]} == {
        ("population", "raw", 1), ("population", "canonical", 1), ("contacts", "raw", 2), ("contacts", "canonical", 2),
    }  # fmt: skip


def test_what_is_left_is_to_the_byte_what_intake_would_have_made_of_it(tiny_contract):
    changes = {"cohort.eligibility.benefit_codes": None}
    contract, other = tiny_contract(changes), tiny_contract(changes, id="tiny_too")
    _delivered(contract)
    flow.erase(contract.id, ["carl"], "objection", "Hanne Hansen")
    table = store.get_table(contract.id, "canonical", str(_objects(contract)["contacts"].canonical))
    deliver(other, "contacts", text=_without(CONTACTS, "carl"))
    intake.take_in(other.id, "1")
    fresh = store.get_table(other.id, "canonical", str(_objects(other)["contacts"].canonical))
    # Two contracts have two keys; without the ids the tables are the same rows.
    assert table.drop_columns("person_id").equals(fresh.drop_columns("person_id"))
    assert table.schema.equals(fresh.schema, check_metadata=True)


def test_nobody_finds_the_person_again_in_store_staging_landing_or_database(contract):
    _delivered(contract)
    measure(contract.id, "1")
    words = ["carl", rekey(pa.array(["carl"]), contract.id, 1)[0].as_py()]
    before = _places(words, contract)
    assert any(place.startswith("store/tiny/raw") for place in before), (
        "a search that finds nothing before proves nothing"
    )
    assert any(place.startswith("store/tiny/canonical") for place in before)
    assert any(place.startswith("landing") for place in before)
    flow.erase(contract.id, ["carl"], "objection", "Hanne Hansen")
    assert _places(words, contract) == []
    assert _places(["dora"], contract), "the others are there still"


@pytest.mark.fault("F47")
def test_a_later_delivery_brings_nothing_of_the_person_back(contract):
    _delivered(contract)
    flow.erase(contract.id, ["carl"], "objection", "Hanne Hansen")
    deliver(contract, as_of="2022-10-20")
    deliver(contract, "contacts", text=CONTACTS, as_of="2022-10-20")
    intake.take_in(contract.id, "1")
    rows = {(row["source"], str(row["as_of"])): row for row in known(contract)}
    row = rows["contacts", "2022-10-20"]
    assert (row["rows_in"], row["rows_accepted"], row["rows_erased"]) == (8, 6, 2)
    assert _raw(contract, "contacts") == _without(CONTACTS, "carl")
    replacing.sweep(contract)
    assert _places(["carl"], contract) == []
    verify(contract.id)


def test_the_same_file_delivered_again_stays_one_delivery(contract):
    _delivered(contract)
    flow.erase(contract.id, ["carl"], "objection", "Hanne Hansen")
    deliver(contract)
    intake.take_in(contract.id, "1")
    assert len(known(contract)) == 2


def test_a_withdrawn_consent_takes_back_what_rests_on_consent_and_leaves_the_registers(tiny_contract):
    contract = tiny_contract({"deliveries.surveys.purpose": "consent"})
    _delivered(contract)
    deliver(contract, "surveys", text=SURVEYED)
    intake.take_in(contract.id, "1")
    flow.erase(contract.id, ["carl"], "consent_withdrawn", "Hanne Hansen")
    assert _raw(contract, "surveys") == _without(SURVEYED, "carl")
    assert _raw(contract, "population").strip() == PEOPLE.strip()
    assert flow.reached(contract, "objection") == tuple(contract.deliveries)
    assert flow.reached(contract, "error", ["contacts"]) == ("contacts",)
    assert flow.reached(contract, "objection", basis="consent") == ("surveys",)


def test_where_nothing_rests_on_consent_it_is_asked_what_is_withdrawn(contract):
    with pytest.raises(
        ErasureRefused, match="tiny: no source is held for consent — name what is withdrawn with --source"
    ):
        flow.erase(contract.id, ["carl"], "consent_withdrawn", "Hanne Hansen")


def test_rows_that_were_set_aside_or_cancelled_are_erased_too(tiny_contract):
    # Carl's second contact ends before it began, and is set aside as row 3; of 40 rows one in ten may be.
    contract = tiny_contract({"deliveries.contacts.only": {"system": ["LPR3"]}, "deliveries.contacts.ignored": None})
    more = "".join(f"dora;m{n};2020-11-01 10:00;2020-11-01 11:00;ATA1;ALCA00;u;LPR3\n" for n in range(30))
    bad = CONTACTS.replace("carl;k3;2020-10-01 10:00", "carl;k3;2020-10-02 10:00")
    bad = bad.replace("bo;k2;2020-10-01 10:00", "bo;k2;2020-10-02 10:00")
    cancelled = "carl;k9;2021-10-01 10:00;2021-10-01 11:00;ATA1;ALCA00;u;LPR2\n"
    whole = bad.strip() + "\n" + more + cancelled
    deliver(contract, "contacts", text=whole)
    intake.take_in(contract.id, "1")
    flow.erase(contract.id, ["carl"], "error", "Hanne Hansen")
    assert _raw(contract, "contacts") == _without(whole, "carl")
    aside = store.get_table(contract.id, "quarantine", str(_objects(contract)["contacts"].quarantine))
    # Bo's row is still the second of the file as it was sent.
    assert aside.column("row_number").to_pylist() == [2]
    flow.erase(contract.id, ["bo"], "error", "Hanne Hansen")
    aside = store.get_table(contract.id, "quarantine", str(_objects(contract)["contacts"].quarantine))
    assert len(aside) == 0
    assert _objects(contract)["contacts"].gone == ((2, 3), (6, 6), (39, 39))


def test_the_second_erasure_knows_the_rows_of_the_file_as_it_was_sent(contract):
    _delivered(contract)
    flow.erase(contract.id, ["anna"], "objection", "Hanne Hansen")
    flow.erase(contract.id, ["dora"], "objection", "Hanne Hansen")
    # Of the eight contacts Anna's are the first and fifth, Dora's the fourth, seventh and eighth.
    assert _objects(contract)["contacts"].gone == ((1, 1), (4, 5), (7, 8))


def test_erasing_again_is_no_other_erasure(contract):
    _delivered(contract)
    first = flow.erase(contract.id, ["carl"], "objection", "Hanne Hansen")
    before = stored(contract)
    again = flow.erase(contract.id, ["carl"], "objection", "Hanne Hansen")
    assert again.row["number"] == first.row["number"] == 1
    assert stored(contract) == before
    assert flow.erase(contract.id, ["carl", "dora"], "objection", "Hanne Hansen").row["number"] == 2


def test_who_is_in_no_delivery_is_kept_out_of_those_to_come(contract):
    done = flow.erase(contract.id, ["carl"], "objection", "Hanne Hansen")
    assert done.row["replaced"] == []
    _delivered(contract)
    assert [row["rows_erased"] for row in known(contract)] == [1, 2]


def test_the_proof_tells_what_was_replaced_and_names_nobody(contract):
    _delivered(contract)
    measure(contract.id, "1")
    done = flow.erase(contract.id, ["carl"], "objection", "Hanne Hansen")
    told = "".join(path.read_text(encoding="utf-8") for path in done.proof)
    for hash_ in [old for _, _, old, _, _ in done.row["replaced"]] + [done.row["hash"]]:
        assert hash_ in told
    assert "Hanne Hansen" in told and "objection" in told and "1 persons" in told
    for word in ("carl", mark("carl", contract.id, 1), rekey(pa.array(["carl"]), contract.id, 1)[0].as_py()):
        assert word not in told


def test_the_books_find_an_object_that_was_erased_and_is_there_again(contract):
    _delivered(contract)
    raw = store.get(contract.id, "raw", str(_objects(contract)["population"].raw))
    flow.erase(contract.id, ["carl"], "objection", "Hanne Hansen")
    verify(contract.id)
    store.put(contract.id, "raw", raw)
    with pytest.raises(StoreDamaged, match="was erased, and is there"):
        verify(contract.id)


def test_a_changed_record_of_an_erasure_breaks_the_chain(contract):
    _delivered(contract)
    row = flow.erase(contract.id, ["carl"], "objection", "Hanne Hansen").row
    with transaction() as connection:
        assert erasures.verify(connection, contract.id) == 1
        for changed in ({"name": "Someone"}, {"replaced": row["replaced"][1:]}, {"persons": 2}):
            assert erasures._hash(row | changed) != row["hash"]


def test_without_the_key_of_a_tombstone_nothing_is_taken_in(contract, monkeypatch):
    flow.erase(contract.id, ["carl"], "objection", "Hanne Hansen")
    monkeypatch.setenv("MAALBAR_PERSON_KEYS", f"2:{new_key()}")
    deliver(contract)
    with pytest.raises(SetupError):
        intake.take_in(contract.id, "1")
    assert known(contract) == []


def test_a_tombstone_of_an_older_key_is_honoured_under_a_newer_one(contract, monkeypatch):
    flow.erase(contract.id, ["carl"], "objection", "Hanne Hansen")
    monkeypatch.setenv("MAALBAR_PERSON_KEYS", f"2:{new_key()},{os.environ['MAALBAR_PERSON_KEYS']}")
    assert person_keys().current_generation == 2
    deliver(contract)
    intake.take_in(contract.id, "1")
    assert (known(contract)[0]["rows_erased"], known(contract)[0]["person_key"]) == (1, 2)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("", "names nobody"),
        ("anna\n010150-1234\n", "id no. 2 looks like a CPR number"),
    ],
)
def test_a_list_of_persons_that_cannot_be_meant_is_refused_without_repeating_it(tmp_path, lines, said):
    path = tmp_path / "persons.txt"
    path.write_text(lines, encoding="utf-8")
    with pytest.raises(ErasureRefused, match=said) as refused:
        flow.read_persons(path)
    assert "1234" not in refused.value.line


def test_ids_are_read_as_the_sender_writes_them(tmp_path):
    path = tmp_path / "persons.txt"
    path.write_text("﻿anna\r\n\r\n bo\nanna\n", encoding="utf-8")
    assert flow.read_persons(path) == ["anna", " bo"]


def _dying_at(place: int, function: Callable[..., object], *args: object) -> None:
    """Run a function that is killed before its n-th change of the store."""
    seen = itertools.count(1)

    def counted(kill_at: int, real: Callable[..., object]) -> Callable[..., object]:
        def call(*given: object, **named: object) -> object:
            if next(seen) == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*given, **named)

        return call

    for name in ("keep", "put_table", "remove"):
        setattr(store, name, counted(place, getattr(store, name)))
    function(*args)


def _erase_carl(contract_id: str) -> None:
    flow.erase(contract_id, ["carl"], "objection", "Hanne Hansen")


def _is_erased_once(contract) -> None:
    with transaction() as connection:
        assert erasures.verify(connection, contract.id) == 1
    assert _raw(contract, "contacts") == _without(CONTACTS, "carl")
    assert _places(["carl"], contract) == []
    shelves = {shelf: len(files) for shelf, files in stored(contract).items()}
    assert shelves == {"raw": 2, "canonical": 2}
    verify(contract.id)


def test_killed_at_any_statement_it_is_erased_once_when_it_is_run_again(tiny_contract):
    for statement in itertools.count(1):
        contract = tiny_contract({"cohort.eligibility.benefit_codes": None}, id=f"tiny_{statement}")
        _delivered(contract)
        killed = is_killed_at(statement, _erase_carl, contract.id)
        _erase_carl(contract.id)
        _is_erased_once(contract)
        _clear_landing(contract)
        if not killed:
            break
    assert statement > 10


def test_killed_at_any_change_of_the_store_it_is_erased_once_when_it_is_run_again(tiny_contract):
    for place in itertools.count(1):
        contract = tiny_contract({"cohort.eligibility.benefit_codes": None}, id=f"tiny_{place}")
        _delivered(contract)
        code = ended(start(_dying_at, place, _erase_carl, contract.id))
        assert code in (0, -signal.SIGKILL)
        _erase_carl(contract.id)
        _is_erased_once(contract)
        _clear_landing(contract)
        if code == 0:
            break
    # Four objects are kept, and four deleted.
    assert place == 9


def _clear_landing(contract) -> None:
    """So that the search of the next round looks at its own files alone."""
    for path in Path(settings().landing / contract.id).rglob("*"):
        if path.is_file():
            path.unlink()


def test_what_a_crashed_intake_left_in_the_store_goes_with_the_erasure(contract):
    store.put(contract.id, "raw", b"person;sex\ncarl;M\n")
    _delivered(contract)
    flow.erase(contract.id, ["carl"], "objection", "Hanne Hansen")
    assert _places(["carl"], contract) == []


def test_somebody_erased_while_a_file_is_looked_at_is_not_in_what_is_kept(contract, monkeypatch):
    judge = intake.judge

    def slowly(*args):
        judge(*args)
        monkeypatch.setattr(intake, "judge", judge)
        flow.erase(contract.id, ["carl"], "objection", "Hanne Hansen")

    monkeypatch.setattr(intake, "judge", slowly)
    deliver(contract)
    intake.take_in(contract.id, "1")
    assert known(contract)[0]["rows_erased"] == 1
    assert _raw(contract, "population") == _without(PEOPLE, "carl")


def test_somebody_erased_while_a_period_is_measured_is_not_in_what_is_stored(contract, monkeypatch):
    from maalbar.flow import measure as measuring

    _delivered(contract)
    results_from = measuring.results_from

    def slowly(*args):
        found = results_from(*args)
        monkeypatch.setattr(measuring, "results_from", results_from)
        flow.erase(contract.id, ["carl"], "objection", "Hanne Hansen")
        return found

    monkeypatch.setattr(measuring, "results_from", slowly)
    measurement = measure(contract.id, "1")
    with transaction() as connection:
        from maalbar import results

        assert results.cohort_of(connection, measurement)["members"] == {"comparison": 1, "treated": 2}
        assert erasures.measured_after(connection, measurement) == 1
