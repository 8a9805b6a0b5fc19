"""Taking in what lies in the landing folder: whole files only, each once, all or nothing, and no one holds up another."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from maalbar import results, store
from maalbar.database import transaction
from maalbar.errors import ChecksFailed, DeliveryRefused, IdentityFound
from maalbar.flow import intake
from maalbar.persons import rekey
from maalbar.schema import refusal
from maalbar.settings import settings
from tests.flow.landing import AS_OF, CONTACTS, PEOPLE, SURVEY, deliver, known, stored

pytestmark = pytest.mark.usefixtures("results_database")
MORE = PEOPLE + "eva;F;1950-05-01;west;2010-01-01;;;;0\n"


@pytest.fixture
def contract(tiny_contract):
    return tiny_contract()


def _in_force(contract, source: str = "population") -> str:
    with transaction() as connection:
        return results.delivered(connection, contract, "1")[source]["sha256"]


def _nothing_kept(contract) -> bool:
    return known(contract) == [] and stored(contract) == {}


def test_a_whole_file_is_kept_as_it_came_and_as_a_table(contract):
    sha256 = deliver(contract)
    assert intake.take_in("tiny", "1") == [f"tiny|population|{AS_OF}|v1|{sha256[:12]}"]
    row = known(contract)[0]
    assert (row["sha256"], row["rows_in"], row["rows_accepted"], row["rows_quarantined"], row["rows_collapsed"]) == (
        sha256,
        4,
        4,
        0,
        0,
    )
    assert store.get("tiny", "raw", sha256).decode() == PEOPLE.strip() + "\n"
    people = store.get_table("tiny", "canonical", row["canonical_sha256"])
    assert people.column("birth_month").to_pylist().count(date(1950, 1, 1)) == 1
    # Whoever opens the store meets no id that a sender knows.
    sent, generation = ["anna", "bo", "carl", "dora"], row["person_key"]
    assert people.column("person_id").to_pylist() == sorted(rekey(pa.array(sent), "tiny", generation).to_pylist())
    assert not set(sent) & set(people.column("person_id").to_pylist())


@pytest.mark.parametrize(
    ("text", "kind"),
    [(MORE.replace("eva", "0101501234"), "IdentityFound"), (PEOPLE.replace("north", "north;south"), "DeliveryRefused")],
)
def test_of_a_file_that_is_refused_only_its_hash_and_what_was_wrong_are_kept(contract, text, kind):
    sha256 = deliver(contract, text=text)
    for _ in range(2):
        with pytest.raises(DeliveryRefused):
            intake.take_in("tiny", "1")
    with transaction() as connection:
        (told,) = connection.execute(select(refusal)).mappings()
    assert (told["source"], told["as_of"], told["sha256"], told["kind"]) == (
        "population", date.fromisoformat(AS_OF), sha256, kind,
    )  # fmt: skip
    assert "0101501234" not in str(dict(told))
    assert _nothing_kept(contract)
    assert [path for path in (settings().home / "staging").rglob("*") if path.name != ".lock"] == []


def test_a_file_without_its_manifest_is_not_there_yet(contract):
    deliver(contract, manifest=False)
    assert intake.take_in("tiny", "1") == []
    assert _nothing_kept(contract)


def test_a_file_of_another_period_waits_for_that_period(contract):
    deliver(contract, as_of="2021-10-15")
    assert intake.take_in("tiny", "1") == []
    assert len(intake.take_in("tiny", "0")) == 1


def test_the_same_file_twice_is_one_delivery_whatever_it_is_called(contract):
    deliver(contract)
    first = intake.take_in("tiny", "1")
    assert intake.take_in("tiny", "1") == first
    deliver(contract, name="again")
    assert intake.take_in("tiny", "1") == first * 2
    assert len(known(contract)) == 1


def test_another_file_for_the_same_day_is_refused_and_the_first_stays_in_force(contract):
    first = deliver(contract)
    intake.take_in("tiny", "1")
    deliver(contract, text=MORE, name="other")
    with pytest.raises(DeliveryRefused, match=f"different file for {AS_OF}.*{first[:8]}.*supersedes"):
        intake.take_in("tiny", "1")
    assert [row["sha256"] for row in known(contract)] == [first]


def test_a_corrected_file_names_the_one_it_takes_the_place_of(contract):
    first = deliver(contract)
    intake.take_in("tiny", "1")
    second = deliver(contract, text=MORE, name="second", supersedes=first)
    assert len(intake.take_in("tiny", "1")) == 2
    assert [row["sha256"] for row in known(contract)] == [first, second], "the first is kept"
    assert _in_force(contract) == second
    # A third must name the second, which stands now.
    deliver(contract, text=MORE.replace("eva", "eve"), name="third", supersedes=first)
    with pytest.raises(DeliveryRefused, match="supersedes"):
        intake.take_in("tiny", "1")
    assert _in_force(contract) == second


def test_of_several_days_the_newest_that_is_due_is_in_force(contract):
    older = deliver(contract, as_of="2022-08-01")
    newer = deliver(contract, text=MORE)
    deliver(contract, text=MORE.replace("eva", "eve"), as_of="2022-11-01")
    intake.take_in("tiny", "1")
    assert {row["sha256"] for row in known(contract)} == {older, newer}
    assert _in_force(contract) == newer


@pytest.mark.parametrize("cell", ["0101501234", "010150-1234", "tlf 311299 4321"])
def test_a_cpr_number_anywhere_refuses_the_file_and_nothing_of_it_is_kept(contract, cell):
    deliver(contract, text=PEOPLE.replace("dora", cell))
    with pytest.raises(DeliveryRefused, match="1 cells look like CPR numbers") as refused:
        intake.take_in("tiny", "1")
    assert cell not in refused.value.line
    assert _nothing_kept(contract)
    assert not [path for path in settings().home.rglob("*") if path.is_file() and cell.encode() in path.read_bytes()]


def test_a_file_with_identities_that_we_may_not_remove_is_told_to_be_removed(contract, monkeypatch):
    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied")

    deliver(contract, text=PEOPLE.replace("dora", "010150-1234"))
    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(IdentityFound, match="remove it from the landing folder, which we may not"):
        intake.take_in("tiny", "1")


def _people(good: int, bad: int) -> str:
    """Persons of whom some died before they were born; their ids end in a number."""
    lines = [f"p{n};F;1950-01-01;north;2010-01-01;;{'1949-01-01' if n < bad else ''};;0" for n in range(good + bad)]
    return "\n".join([PEOPLE.strip().splitlines()[0], *lines])


def test_rows_that_contradict_themselves_are_set_aside_up_to_the_limit(contract):
    # The contract allows 10 %: one of ten.
    deliver(contract, text=_people(good=9, bad=1))
    intake.take_in("tiny", "1")
    row = known(contract)[0]
    assert (row["rows_in"], row["rows_accepted"], row["rows_quarantined"]) == (10, 9, 1)
    assert sorted(stored(contract)) == ["canonical", "quarantine", "raw"]


def test_areas_that_are_called_otherwise_than_in_the_contract_stop_the_file(contract):
    deliver(
        contract,
        text=PEOPLE.replace("north", "North").replace("east", "East").replace("south", "S").replace("west", "W"),
    )
    with pytest.raises(ChecksFailed) as stopped:
        intake.take_in("tiny", "1")
    assert stopped.value.line.endswith(
        "no row lies in an area of the contract — write them as the contract does: east, north, south, west"
    )
    assert _nothing_kept(contract)


def test_too_many_rows_set_aside_stop_the_delivery_with_their_reasons_and_no_values(contract):
    deliver(contract, text=_people(good=8, bad=2))
    with pytest.raises(
        ChecksFailed, match=r"2 of 10 rows set aside \(2 × died_on before birth_month, rows 1 to 2\)"
    ) as stopped:
        intake.take_in("tiny", "1")
    assert "1949" not in stopped.value.line and "p1" not in stopped.value.line
    assert _nothing_kept(contract)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"rows": 5}, "has 4 rows, 5 were announced"),
        ({"bytes": 9}, "is not the file announced"),
        ({"sha256": "0" * 64}, "is not the file announced"),
        ({"file": "../population.csv"}, "name that is not allowed"),
        ({"contract": "other"}, "folder of another contract"),
    ],
)
def test_a_file_that_is_not_the_one_announced_is_refused(contract, changed, said):
    deliver(contract, **changed)
    with pytest.raises(DeliveryRefused, match=said):
        intake.take_in("tiny", "1")
    assert _nothing_kept(contract)


def test_an_expired_permission_refuses_the_delivery(tiny_contract):
    contract = tiny_contract({"deliveries.population.permission.expires": "2022-10-14"})
    deliver(contract)
    with pytest.raises(DeliveryRefused, match="permission has expired"):
        intake.take_in("tiny", "1")
    assert _nothing_kept(contract)


def test_one_bad_file_holds_up_nothing_but_itself(contract):
    deliver(contract, text=PEOPLE.replace("dora", "0101501234"))
    deliver(contract, "surveys", text=SURVEY, rows=7)
    deliver(contract, "contacts", text=CONTACTS)
    with pytest.raises(DeliveryRefused, match=r"tiny period 1, .*CPR.*and 1 more.*7 were announced"):
        intake.take_in("tiny", "1")
    assert [row["source"] for row in known(contract)] == ["contacts"]


def test_sources_are_awaited_until_their_file_lies_there_whole(contract):
    everything = list(contract.deliveries)
    assert intake.awaited_sources("tiny", "1") == everything
    deliver(contract, manifest=False)
    assert intake.awaited_sources("tiny", "1") == everything
    deliver(contract)
    deliver(contract, "contacts", text=CONTACTS)
    rest = [source for source in everything if source not in ("population", "contacts")]
    assert intake.awaited_sources("tiny", "1") == rest
    intake.take_in("tiny", "1")
    assert intake.awaited_sources("tiny", "1") == rest
    assert intake.awaited_sources("tiny", "2") == everything


def test_a_correction_may_return_to_the_first_bytes(contract):
    first = deliver(contract)
    intake.take_in("tiny", "1")
    second = deliver(contract, text=MORE, name="second", supersedes=first)
    intake.take_in("tiny", "1")
    deliver(contract, name="third", supersedes=second)
    intake.take_in("tiny", "1")
    assert _in_force(contract) == first
    # All three manifests still lie there; taking in again is no new correction.
    intake.take_in("tiny", "1")
    assert [row["sha256"] for row in known(contract)] == [first, second, first]


def test_a_corrected_file_is_taken_after_the_one_it_replaces_whatever_their_names(contract):
    first = deliver(contract, name="zz")
    second = deliver(contract, text=MORE, name="aa", supersedes=first)
    intake.take_in("tiny", "1")
    assert _in_force(contract) == second


def test_a_correction_of_a_file_that_never_came_is_held(contract):
    deliver(contract, supersedes="0" * 64)
    with pytest.raises(DeliveryRefused, match="supersedes a file that was not taken in — deliver that one first"):
        intake.take_in("tiny", "1")
    assert _nothing_kept(contract)


def test_a_database_that_is_lost_while_a_file_is_looked_at_refuses_nothing(contract, monkeypatch):
    deliver(contract)

    def lost(*_: object) -> None:
        raise OperationalError("select", {}, ConnectionError())

    with monkeypatch.context() as patch, pytest.raises(OperationalError):
        patch.setattr("maalbar.flow.history.check", lost)
        intake.take_in(contract.id, "1")
    with transaction() as connection:
        assert connection.execute(select(refusal)).all() == []
    intake.take_in(contract.id, "1")
    assert [row["source"] for row in known(contract)] == ["population"]
