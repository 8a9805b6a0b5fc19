"""Taking a bundle in: what is not meant for this room, not whole, not newer, or not trusted leaves no trace."""

from __future__ import annotations

import base64
import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from maalbar import results
from maalbar.bundle import file_name, keys
from maalbar.bundle.file import _body, _signed
from maalbar.contract import Contract, find_contract
from maalbar.database import contract_lock, transaction
from maalbar.errors import BundleRefused, MeasurementError, StoreDamaged
from maalbar.flow import settle
from maalbar.flow.bundles import write_bundle
from maalbar.flow.bundles_in import lying_bundle, measured_in_either_room, take_in_bundle
from maalbar.flow.measure import measure
from maalbar.flow.verify import verify
from maalbar.schema import bundle, measurement
from maalbar.settings import settings
from tests.flow.measured import _row, answers
from tests.flow.rooms import TODAY, Rooms, trusts, two_rooms
from tests.owner import tamper
from tests.processes import at_once


@pytest.fixture
def contract(tiny_contract) -> Contract:
    return tiny_contract()


@pytest.fixture
def rooms(embedded_postgres, migrated_template, tmp_path, contract):
    with two_rooms(embedded_postgres, migrated_template, tmp_path, contract.id) as made:
        yield made


def _measured(contract: Contract, period: str, contacts: str, plans: int = 0, revision: int = 1) -> str:
    """Results written straight into the measuring room's database: so much better on contacts, so many plans."""
    effects = []
    for basis in ("period", "cumulative"):
        effects.append(_row("contacts", basis, improvement=contacts, change=f"-{contacts}"))
        effects.append(_row("satisfaction", basis, change="0.1", improvement="0.1"))
        effects.append(_row("action_plans", basis, units=plans))
    inputs: dict[str, str | None] = dict.fromkeys(contract.deliveries)
    with contract_lock(contract.id) as connection:
        frozen = results.freeze(connection, contract, period, revision, inputs, date(2022, 10, 15), "0.1.0+test")
        results.complete(connection, frozen["measurement_id"], [], effects, {"kind": "open", "windows": []}, [])
    return str(frozen["measurement_id"])


def _bundle(rooms: Rooms, contract: Contract, contacts: str = "0.05", **given: Any) -> Path:
    """A bundle of period 1 from the measuring room."""
    with rooms.measuring.entered() as home:
        path = home / f"{contacts}.bundle"
        write_bundle(_measured(contract, "1", contacts, **given), path)
    return path


def _resigned(rooms: Rooms, path: Path, **changed: Any) -> Path:
    """The bundle with fields changed by someone who holds the room's key; `a__b` is b within a."""
    said = json.loads(path.read_bytes().partition(b"\n")[2])
    for way, value in changed.items():
        *above, last = way.split("__")
        place = said
        for name in above:
            place = place[name]
        place[last] = value
    secret = dict(rooms.measuring.secrets)[keys.PRIVATE_FILE]
    key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(Path(secret).read_text()))
    body = _body(said)
    head = f"maalbar-bundle/1 {keys.public_half(key)} {key.sign(_signed(body)).hex()}\n"
    forged = path.with_name("forged.bundle")
    forged.write_bytes(head.encode() + body)
    return forged


def _nothing_is_kept() -> bool:
    with transaction() as connection:
        rows = [connection.execute(select(table)).first() for table in (measurement, bundle)]
    return rows == [None, None] and not list(settings().store.rglob("*"))


def test_results_from_another_room_stand_as_if_measured_here_and_say_who_made_them(rooms, contract):
    path = _bundle(rooms, contract, plans=3)
    with rooms.paying.entered():
        take_in_bundle(path, TODAY)
    with rooms.paying.entered(), transaction() as connection:
        row = results.latest(connection, "tiny")["1"]
        effects = {(e["outcome"], e["basis"]): e for e in results.effects_of(connection, "tiny|1|r1")}
        came = connection.execute(select(bundle)).mappings().one()
    assert (row["code_version"], row["as_known_at"], row["terms_digest"]) == (
        "0.1.0+test",
        date(2022, 10, 15),
        contract.digest,
    )
    assert str(effects["contacts", "cumulative"]["improvement"]) == "0.05"
    assert effects["action_plans", "period"]["units"] == 3
    assert (came["measurement_id"], came["key_name"]) == ("tiny|1|r1", "The research machine")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"terms_digest": "1" * 64}, r"was written under other terms \(1111111111111111…\) than the file here"),
        ({"passport__basis_digest": "1" * 64}, "was measured by another cohort, window, definition or target"),
        ({"contract": "other"}, "is of other, with which the key “The research machine” is not trusted"),
        ({"period": "9"}, "is of a period that the calendar does not have"),
        ({"period": "2"}, "was measured by another cohort, window"),
        ({"small_cell": 1}, "withholds by another limit than the contract has"),
        ({"results__digest": "1" * 64}, "its digest is not that of its results"),
        ({"results__effects": []}, "does not hold one result for every outcome and basis"),
        ({"passport__inputs": {}}, "does not account for every source of the contract"),
        ({"passport__inputs__contacts": "tiny|contacts|v1"}, "results__"),
        ({"results__cohort": {"kind": "waves", "windows": []}}, "its digest is not that of its results"),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else "",
)
def test_what_is_signed_and_not_ours_or_not_whole_is_refused_with_one_line_and_nothing_is_kept(
    rooms, contract, changed, said
):
    forged = _resigned(rooms, _bundle(rooms, contract), **changed)
    said = "does not account for every source" if said == "results__" else said
    with rooms.paying.entered():
        with pytest.raises(BundleRefused, match=f"^forged.bundle: {said}") as refused:
            take_in_bundle(forged, TODAY)
        assert _nothing_is_kept()
    assert len(refused.value.lines) == 1 and "\n" not in refused.value.line


def test_an_effect_twice_or_of_an_outcome_that_is_none_is_refused(rooms, contract):
    path = _bundle(rooms, contract)
    effects = json.loads(path.read_bytes().partition(b"\n")[2])["results"]["effects"]
    for rows in (effects + effects[:1], [*effects[:-1], effects[-1] | {"outcome": "other"}], effects[1:]):
        with rooms.paying.entered(), pytest.raises(BundleRefused, match="one result for every outcome and basis"):
            take_in_bundle(_resigned(rooms, path, results__effects=rows), TODAY)


def test_terms_that_were_made_worse_in_the_measuring_room_are_refused(rooms, contract, tiny_contract):
    """Downgraded: the evaluator's file asks for less than the parties signed."""
    tiny_contract({"outcomes.contacts.price.target": "5 %", "quality.min_response": "1 %"})
    path = _bundle(rooms, find_contract("tiny"))
    tiny_contract()
    with rooms.paying.entered(), pytest.raises(BundleRefused, match="was written under other terms"):
        take_in_bundle(path, TODAY)


def test_an_unknown_key_and_an_expired_one_are_refused(rooms, contract):
    path = _bundle(rooms, contract)
    with rooms.paying.entered():
        with pytest.raises(BundleRefused, match=r"0\.05\.bundle: is signed by the key .* not trusted since 2027-01-01"):
            take_in_bundle(path, date(2027, 1, 1))
        rooms.trusted.write_text(trusts("cd" * 32, "tiny"), encoding="utf-8")
        with pytest.raises(BundleRefused, match=r"0\.05\.bundle: is signed by a key that is not trusted here"):
            take_in_bundle(path, TODAY)
        assert _nothing_is_kept()


def test_the_same_bundle_is_known_even_when_its_key_has_ended(rooms, contract):
    path = _bundle(rooms, contract)
    with rooms.paying.entered():
        assert take_in_bundle(path, TODAY) == take_in_bundle(path, date(2030, 1, 1)) == "tiny|1|r1"


def test_another_bundle_of_a_revision_is_refused_and_a_higher_revision_is_a_correction(rooms, contract):
    first = _bundle(rooms, contract)
    other = _resigned(rooms, first, passport__code_version="0.2.0+test")
    with rooms.paying.entered():
        take_in_bundle(first, TODAY)
        with pytest.raises(BundleRefused, match="is another bundle of revision 1 than the one that was taken in"):
            take_in_bundle(other, TODAY)
    second = _bundle(rooms, contract, "0.06", revision=2)
    with rooms.paying.entered():
        assert take_in_bundle(second, TODAY) == "tiny|1|r2"
        with transaction() as connection:
            assert results.latest(connection, "tiny")["1"]["revision"] == 2
        assert take_in_bundle(first, TODAY) == "tiny|1|r1", "known, and changes nothing"
        with transaction() as connection:
            assert results.latest(connection, "tiny")["1"]["revision"] == 2


def test_an_older_revision_than_the_one_that_stands_is_refused(rooms, contract):
    first, second = _bundle(rooms, contract), _bundle(rooms, contract, "0.06", revision=2)
    with rooms.paying.entered():
        take_in_bundle(second, TODAY)
        with pytest.raises(BundleRefused, match="is revision 1, and revision 2 of period 1 stands already"):
            take_in_bundle(first, TODAY)


def test_what_was_measured_here_is_not_replaced_by_a_bundle_of_the_same_revision(rooms, contract):
    path = _bundle(rooms, contract)
    with rooms.paying.entered():
        _measured(contract, "1", "0.09")
        with pytest.raises(BundleRefused, match="is revision 1, which was measured here"):
            take_in_bundle(path, TODAY)


def test_two_clerks_at_once_take_it_in_once(rooms, contract):
    path = _bundle(rooms, contract)
    with rooms.paying.entered():
        told = at_once(2, take_in_bundle, path, TODAY)
        assert told == ["tiny|1|r1", "tiny|1|r1"]
        with transaction() as connection:
            assert len(connection.execute(select(bundle)).all()) == 1


def test_what_came_in_a_bundle_is_not_signed_again_by_another_room(rooms, contract):
    path = _bundle(rooms, contract)
    with rooms.paying.entered() as home:
        take_in_bundle(path, TODAY)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in rooms.measuring.secrets:
                patch.setenv(name, value)
            with pytest.raises(BundleRefused, match=r"measurement tiny\|1\|r1: came in a bundle itself"):
                write_bundle("tiny|1|r1", home / "again.bundle")
        assert not (home / "again.bundle").exists()


def test_what_was_measured_by_other_rules_than_the_file_has_now_is_not_signed(rooms, contract, tiny_contract):
    with rooms.measuring.entered() as home:
        _measured(contract, "1", "0.05")
        tiny_contract({"quality.min_response": "10 %"})
        with pytest.raises(MeasurementError, match="was measured by other rules than the contract file has now"):
            write_bundle("tiny|1|r1", home / "x.bundle")


@pytest.mark.fault("F65")
@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "update effect_estimate set improvement = 0.09 where outcome = 'contacts'",
            "its results are not what was hashed",
        ),
        ('update bundle set deliveries = \'[{"delivery_id": "x"}]\'', "is not what its signed bundle says"),
        ("update bundle set public_key = repeat('0', 64)", "is not what its signed bundle says"),
        (
            "update measured set result_digest = repeat('0', 64), form = 1",
            "its digest is not that of its terms, results",
        ),
    ],
)
def test_whoever_changes_the_results_of_another_room_is_found(rooms, contract, statement, said):
    path = _bundle(rooms, contract)
    with rooms.paying.entered():
        take_in_bundle(path, TODAY)
        settle.propose("tiny", "1")
        settle.record_answers("tiny", 1, answers())
        settle.post("tiny", 1)
        assert verify("tiny").bundles == 1
        tamper(statement)
        with pytest.raises(StoreDamaged, match=said):
            verify("tiny")


def test_a_forger_who_makes_every_hash_anew_cannot_sign_the_bundle(rooms, contract):
    """Results and their digest are changed together before anything is proposed; only the signature tells."""
    path = _bundle(rooms, contract)
    with rooms.paying.entered():
        take_in_bundle(path, TODAY)
        tamper("update effect_estimate set improvement = 0.09, change = -0.09 where outcome = 'contacts'")
        with transaction() as connection:
            rows = [read(connection, "tiny|1|r1") for read in (results.values_of, results.effects_of)]
            digest = results.digest_of_results(*rows, results.cohort_of(connection, "tiny|1|r1"), [])
        tamper(f"update measured set result_digest = '{digest}'")
        with pytest.raises(StoreDamaged, match=r"measurement tiny\|1\|r1: is not what its signed bundle says"):
            verify("tiny")


def test_a_bundle_that_is_gone_or_damaged_in_the_store_is_found(rooms, contract):
    path = _bundle(rooms, contract)
    with rooms.paying.entered():
        take_in_bundle(path, TODAY)
        (kept,) = (settings().store / "tiny" / "bundle").iterdir()
        kept.chmod(0o600)
        kept.write_bytes(kept.read_bytes()[:-2] + b" \n")
        with pytest.raises(StoreDamaged, match="no longer matches its hash"):
            verify("tiny")
        kept.unlink()
        with pytest.raises(StoreDamaged, match="is missing"):
            verify("tiny")


def test_of_several_bundles_that_lie_there_the_highest_revision_counts(rooms, contract):
    with rooms.paying.entered():
        folder = settings().landing / "tiny" / "bundles"
        assert lying_bundle("tiny", "1") is None
        folder.mkdir(parents=True)
        names = [
            "tiny__1__r2.bundle",
            "tiny__1__r10.bundle",
            "tiny__2__r11.bundle",
            "tiny__1__rx.bundle",
            "tiny__1__r99.txt",
        ]
        for name in [*names, "other__1__r50.bundle", "tiny__1__r².bundle"]:
            (folder / name).touch()
        assert lying_bundle("tiny", "1") == folder / file_name("tiny", "1", 10)


def test_a_bundle_under_the_name_of_another_period_is_refused_before_it_is_taken_in(rooms, contract):
    path = _bundle(rooms, contract)
    with rooms.paying.entered():
        folder = settings().landing / "tiny" / "bundles"
        folder.mkdir(parents=True)
        os.link(path, folder / file_name("tiny", "2", 1))
        with pytest.raises(BundleRefused, match="is of tiny period 1, and its name says another"):
            measured_in_either_room("tiny", "2", TODAY)
        with transaction() as connection:
            assert results.open_revision(connection, "tiny", "1") is None


def test_where_none_lies_it_is_measured_here(rooms, contract):
    with rooms.paying.entered():
        with pytest.raises(MeasurementError, match="nothing has been delivered"):
            measured_in_either_room("tiny", "1", TODAY)
        with pytest.raises(MeasurementError, match="nothing has been delivered"):
            measure("tiny", "1")
