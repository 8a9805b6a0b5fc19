"""Who lets a release out: two different people, none of them the one who prepared it, and every party where it is published."""

from __future__ import annotations

import stat
from dataclasses import replace

import pytest
import yaml

from maalbar import access, releases, store
from maalbar.contract.load import find_file
from maalbar.contract.yamlfile import read_yaml
from maalbar.database import transaction
from maalbar.errors import ReleaseRefused, ReleaseStale, SetupError, StoreDamaged
from maalbar.flow.outgoing.kinds import GATHER
from maalbar.flow.outgoing.listed import listed
from maalbar.flow.outgoing.prepare import prepare
from maalbar.flow.outgoing.publish import publish, withdraw
from maalbar.flow.outgoing.underlying import opened_underlying, write_privately
from maalbar.flow.verify import verify
from maalbar.schema import release_answer
from tests.owner import as_owner, tamper

from .settled import ANSWERED_AT, DEPUTY, FIRST, PREPARER, SECOND, all_say_yes, change_file, digest_of, says


@pytest.fixture
def indigo(contract) -> int:
    """A release to the public, which takes a second to prepare."""
    return prepare(contract.id, "indigo", "offentligheden", None, PREPARER)


@pytest.fixture
def party(contract) -> tuple[str, str]:
    """A party that is asked, and one who may answer for it."""
    party_id, told = next(iter(contract.answering.items()))
    return party_id, told.approvers[0].user


def _state(contract, number: int) -> str:
    return listed(contract, number)[0]["state"]


def _published_by(contract, number: int) -> str:
    with transaction() as connection:
        return releases.get(connection, contract.id, number).events["published"]["name"]


def test_two_people_and_every_party_let_it_out(contract, indigo):
    assert [says(contract, indigo, user) for user in (FIRST, DEPUTY)] == ["open", "open"]
    with pytest.raises(ReleaseRefused, match=f"no yes from {next(iter(contract.answering))}"):
        publish(contract.id, indigo, PREPARER)
    for party, told in contract.answering.items():
        says(contract, indigo, told.approvers[0].user, party=party)
    assert _state(contract, indigo) == "approved"
    left = publish(contract.id, indigo)
    assert _published_by(contract, indigo) == PREPARER, "where nobody does it by hand, as the register has it"
    assert {path.name for path in left.folder.iterdir()} == {"indigo.json"} == set(left.files)
    assert store.sha256_of((left.folder / "indigo.json").read_bytes()) == left.files["indigo.json"]
    assert _state(contract, indigo) == "published"
    assert publish(contract.id, indigo, PREPARER) == left, "again writes the same"


def test_what_is_not_published_needs_no_party(contract):
    change_file(
        contract, release__recipients__evaluator__kinds=["indigo"], release__recipients__evaluator__profile="party@1"
    )
    number = prepare(contract.id, "indigo", "evaluator", None, PREPARER)
    says(contract, number, FIRST)
    with pytest.raises(ReleaseRefused, match="no yes from 1 more of those who release"):
        publish(contract.id, number, PREPARER)
    assert says(contract, number, SECOND) == "approved"
    with pytest.raises(ReleaseRefused, match="region_midtjylland is not asked"):
        says(contract, number, contract.parties["region_midtjylland"].approvers[0].user, party="region_midtjylland")


def test_nobody_lets_out_what_they_prepared(contract):
    number = prepare(contract.id, "indigo", "offentligheden", None, FIRST)
    with pytest.raises(ReleaseRefused, match=f"`{FIRST}` prepared it"):
        says(contract, number, FIRST)
    with pytest.raises(ReleaseRefused, match=f"`{SECOND}` prepared it"):
        says(contract, number, SECOND, called=FIRST)  # Airflow has an id and a name of each, which need not be one
    # Nor does the database take it, whatever code asks.
    row = {"contract": contract.id, "number": number, "digest": "x", "name": "x", "authority": "x", "comment": ""}
    with pytest.raises(Exception, match="who prepared a release does not answer it"), transaction() as connection:
        releases.record(
            connection, row | {"user_id": FIRST, "answer": "approved", "answered_at": ANSWERED_AT, "party": ""}
        )


def test_one_person_does_not_answer_twice(contract, indigo):
    says(contract, indigo, FIRST)
    with pytest.raises(ReleaseRefused, match="has answered already"):
        says(contract, indigo, FIRST, comment="again", answer="refused")
    assert says(contract, indigo, FIRST) == "open", "the same answer again is kept once"
    assert len(listed(contract, indigo)[0]["answers"]) == 1


def test_one_person_does_not_answer_under_two_roles(contract, indigo, party):
    # The contract file would not let them; a file that has been changed meanwhile does not help either.
    party_id, user = party
    says(contract, indigo, user, party=party_id)
    with pytest.raises(ReleaseRefused, match="does not release"):
        says(contract, indigo, user)
    row = {"contract": contract.id, "number": indigo, "digest": "x", "name": "x", "authority": "x", "comment": ""}
    with pytest.raises(Exception, match="release_answer_pkey"), transaction() as connection:
        releases.record(
            connection, row | {"user_id": user, "answer": "approved", "answered_at": ANSWERED_AT, "party": ""}
        )


def test_one_person_with_two_logins_is_one(contract, indigo):
    says(contract, indigo, FIRST)
    name = contract.release.releasers[0].name
    change_file(contract, release__releasers__1__name=f" {name.upper()} ", release__releasers__0__name="Someone else")
    with pytest.raises(ReleaseRefused, match="has answered already"):
        says(contract, indigo, SECOND)


@pytest.mark.parametrize("user", ["mallory", PREPARER, "region-godkender"])
def test_only_those_whom_the_contract_names_release(contract, indigo, user):
    with pytest.raises(ReleaseRefused, match=f"`{user}` does not release"):
        says(contract, indigo, user)
    assert listed(contract, indigo)[0]["answers"] == []


def test_someone_who_is_no_longer_named_when_it_leaves_has_not_let_it_out(contract, indigo):
    all_say_yes(contract, indigo)
    change_file(contract, release__releasers__1__user="somebody-new")
    with pytest.raises(ReleaseRefused, match="is no longer named"):
        publish(contract.id, indigo, PREPARER)


def test_a_returned_release_says_why_and_takes_no_more_answers(contract, indigo):
    with pytest.raises(ReleaseRefused, match="not said why"):
        says(contract, indigo, FIRST, "returned")
    assert says(contract, indigo, FIRST, "returned", comment="  name the windows\n") == "returned"
    for refused in (lambda: says(contract, indigo, SECOND), lambda: publish(contract.id, indigo, PREPARER)):
        with pytest.raises(ReleaseRefused, match="it is returned"):
            refused()
    assert "name the windows" in str(listed(contract, indigo))


def test_one_no_is_enough(contract, indigo):
    says(contract, indigo, FIRST)
    says(contract, indigo, SECOND, "refused", comment="120348-9996 is in it")
    with pytest.raises(ReleaseRefused, match="it is refused — `maalbar releases") as told:
        publish(contract.id, indigo, PREPARER)
    (release,) = listed(contract, indigo)
    no = release["answers"][-1]
    assert (no["answer"], no["comment"][:9]) == ("refused", "(not kept") and "9996" not in str(release)
    assert no["name"] not in told.value.line and "not kept" not in told.value.line


def test_an_answer_is_to_the_files_that_were_looked_at(contract, indigo):
    with pytest.raises(ReleaseStale, match="the answer is to other files"):
        says(contract, indigo, FIRST, digest="0" * 64)


def test_files_that_have_changed_cannot_be_answered_nor_leave(contract, indigo):
    says(contract, indigo, FIRST)
    (sha256,) = listed(contract, indigo)[0]["files"].values()
    path = store.verified(contract.id, "release", sha256)
    raw = path.read_bytes()
    path.unlink()  # the store of the tests has it by a hard link
    path.write_bytes(raw + b" ")
    for refused in (lambda: says(contract, indigo, SECOND), lambda: publish(contract.id, indigo, PREPARER)):
        with pytest.raises(StoreDamaged, match="no longer matches its hash"):
            refused()


def test_a_register_that_was_changed_is_found(contract, indigo):
    tamper("update release set made_from = made_from || '{\"settlement\": 1}'")
    with pytest.raises(StoreDamaged, match="is not as it was prepared"):
        says(contract, indigo, FIRST)


@pytest.mark.parametrize(
    "change",
    [
        "update release set cells = jsonb_set(cells, '{pieces}', '[]') where number = 1",
        "update release_file set sha256 = repeat('0', 64) where number = 1",
    ],
)
def test_verify_finds_a_release_that_was_changed_after_it_left(contract, indigo, change):
    all_say_yes(contract, indigo)
    publish(contract.id, indigo, PREPARER)
    assert verify(contract.id).settlements == 2
    tamper(change)
    with pytest.raises(StoreDamaged, match=f"release {indigo}: is not as it was prepared"):
        verify(contract.id)


def test_a_file_can_only_be_a_file_of_its_folder(contract, monkeypatch):
    gather = GATHER["indigo"]
    for name in ("../elsewhere.json", "/etc/passwd", "a/b.json", "..", "", "Ærlig.json", "a" * 101):
        monkeypatch.setitem(GATHER, "indigo", lambda asked, n=name: replace(gather(asked), write=lambda _: {n: b"x"}))
        with pytest.raises(ReleaseRefused, match="a name that is none"):
            prepare(contract.id, "indigo", "offentligheden", None, PREPARER)
    assert listed(contract) == []


def test_a_newer_one_takes_the_place_of_one_that_waits(contract, indigo):
    says(contract, indigo, FIRST)
    assert prepare(contract.id, "indigo", "offentligheden", None, PREPARER) == indigo, "the same again is the same"
    other = prepare(contract.id, "indigo", "offentligheden", None, "another")
    assert _state(contract, indigo) == "superseded"
    with pytest.raises(ReleaseRefused, match="it is superseded"):
        says(contract, indigo, SECOND)
    assert _state(contract, other) == "open", "yes to the old one is none to the new one"


def test_rules_that_have_changed_ask_for_new_answers(contract, indigo):
    all_say_yes(contract, indigo)
    change_file(contract, release__recipients__offentligheden__profile="statbank@1")
    with pytest.raises(ReleaseStale, match="under other rules"):
        publish(contract.id, indigo, PREPARER)


def test_a_limit_that_the_contract_has_raised_since_asks_for_new_answers(contract, indigo):
    all_say_yes(contract, indigo)
    change_file(contract, quality__small_cell="7")
    with pytest.raises(ReleaseStale, match="rules of disclosure are now others"):
        publish(contract.id, indigo, PREPARER)


def test_what_is_withdrawn_stays_in_the_register_and_its_files_say_so(contract, indigo):
    with pytest.raises(ReleaseRefused, match="it has not left"):
        withdraw(contract.id, indigo, FIRST, "a mistake")
    all_say_yes(contract, indigo)
    left = publish(contract.id, indigo, PREPARER)
    with pytest.raises(ReleaseRefused, match="does not release"):
        withdraw(contract.id, indigo, "mallory", "a mistake")
    withdraw(contract.id, indigo, FIRST, "a mistake")
    assert _state(contract, indigo) == "withdrawn"
    assert (left.folder / "withdrawn.txt").read_text() == "a mistake\n"
    assert (left.folder / "indigo.json").is_file(), "what has left has left"


def test_the_counts_behind_are_for_those_who_release_and_each_opening_is_written_down(contract, indigo, tmp_path):
    for user in ("viewer", PREPARER, "region-godkender", "admin", ""):
        with pytest.raises(ReleaseRefused, match="is not shown the counts behind"):
            opened_underlying(contract.id, indigo, user)
    before = _openings(contract)
    raw = opened_underlying(contract.id, indigo, DEPUTY)
    assert [(row["who"], row["shelf"], row["why"]) for row in _openings(contract)[len(before) :]] == [
        (DEPUTY, "counts", f"to answer its release {indigo}")
    ]
    assert before == [], "who was refused has opened nothing"
    path = tmp_path / "counts.csv"
    write_privately(path, raw)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(SetupError, match="cannot be written"):
        write_privately(path, raw)
    kept = store.verified(contract.id, "counts", store.sha256_of(raw))
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def _openings(contract) -> list[dict]:
    with transaction() as connection:
        return access.openings(connection, contract.id)


def test_answers_are_kept_with_who_when_and_on_what_authority(contract, indigo):
    says(contract, indigo, DEPUTY, comment="seen")
    with as_owner() as connection:
        (row,) = connection.execute(release_answer.select()).mappings()
    deputy = contract.release.releasers[1].deputies[0]
    assert (row["name"], row["authority"], row["comment"]) == (deputy.name, deputy.authority, "seen")
    assert row["digest"] == digest_of(contract, indigo)
    assert row["answered_at"].isoformat().startswith("2026-01-05")
    with pytest.raises(ReleaseRefused, match="offset"):
        says(contract, indigo, FIRST, answered_at="2026-01-05T10:00:00")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("extract", "nobody", None), "no such recipient"),
        (("indigo", "evaluator", None), "does not receive this"),
        (("../../etc/passwd", "evaluator", None), "does not receive this"),
        (("extract", "evaluator", "../1"), "there is no period"),
        (("extract", "evaluator", "5"), "not approved and posted|no statement"),
        (("indigo", "offentligheden", "1"), "as it stands"),
    ],
)
def test_what_cannot_be_released_is_refused_in_words(contract, asked, said):
    with pytest.raises(Exception, match=said) as refused:
        prepare(contract.id, *asked, PREPARER)
    assert type(refused.value).__module__ == "maalbar.errors"
    assert listed(contract) == []


def test_a_contract_that_names_nobody_releases_nothing(contract):
    path = find_file(contract.id)
    data = read_yaml(path).data
    del data["release"]
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    with pytest.raises(SetupError, match="nobody is named who may let figures out"):
        prepare(contract.id, "extract", "evaluator", None, PREPARER)
