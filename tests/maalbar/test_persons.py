"""An id inside is a keyed hash: the same person gets the same one within a contract, and no other table can be joined to it."""

from __future__ import annotations

import base64
import hmac
import unicodedata

import pyarrow as pa
import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from maalbar import persons
from maalbar.cli.app import app
from maalbar.cli.main import main  # noqa: F401
from maalbar.errors import SetupError
from maalbar.persons import Marks, PersonKeys, Rekeying, person_keys

FIRST, SECOND = bytes(range(32)), bytes(range(100, 132))
KEYS = PersonKeys({2: SECOND, 1: FIRST})
ids = st.text(min_size=1, max_size=20)


def written(key: bytes) -> str:
    return base64.b64encode(key).decode()


def inside(*sent: str | None, contract: str = "tiny", generation: int = 1) -> list[str | None]:
    return Rekeying(KEYS, contract, generation).ids(pa.array(sent, pa.string())).to_pylist()


@given(person=ids, contract=st.sampled_from(["tiny", "other"]), generation=st.sampled_from([1, 2]))
def test_an_id_is_the_hmac_of_what_was_sent_under_the_key_of_the_contract(person, contract, generation):
    master = {1: FIRST, 2: SECOND}[generation]
    info = b"maalbar/person-ids/1|" + contract.encode()
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(master)
    whole = hmac.digest(key, unicodedata.normalize("NFC", person).encode(), "sha256")
    assert inside(person, contract=contract, generation=generation) == [whole.hex()[:32]]


@given(sent=st.lists(st.one_of(st.none(), ids)))
def test_every_row_keeps_its_place_and_nobody_stays_nobody(sent):
    assert inside(*sent) == [None if person is None else inside(person)[0] for person in sent]


@given(sent=st.lists(ids, unique_by=lambda person: unicodedata.normalize("NFC", person)))
def test_two_persons_never_become_one(sent):
    assert len(set(inside(*sent))) == len(sent)


def test_a_space_or_a_capital_is_another_person_and_the_way_a_letter_is_composed_is_not():
    assert len({*inside("ab12", " ab12", "ab12 ", "AB12")}) == 4
    assert inside("blåbær") == inside(unicodedata.normalize("NFD", "blåbær"))


def test_two_contracts_hold_ids_that_cannot_be_joined():
    people = [f"person {number}" for number in range(1000)]
    here, there = inside(*people, contract="tiny"), inside(*people, contract="other")
    assert not set(here) & set(there)


def test_two_generations_hold_ids_that_cannot_be_joined():
    assert inside("person", generation=1) != inside("person", generation=2)


def test_batches_of_a_file_give_what_the_whole_file_gives():
    file = Rekeying(KEYS, "tiny", 1)
    sent = ["a", "b", "a", "c", "d", "e", "a"]
    assert [i for part in (sent[:3], sent[3:5], sent[5:]) for i in file.ids(pa.array(part)).to_pylist()] == inside(
        *sent
    )


@pytest.mark.parametrize(
    "column",
    [
        pa.array(["17", None]),
        pa.array([17, None], pa.int64()),
        pa.array(["17", None]).dictionary_encode(),
        pa.array(["17", None], pa.large_string()),
        pa.chunked_array([["17"], [None]], pa.string()),
    ],
)
def test_the_same_id_is_the_same_in_every_format(column):
    assert Rekeying(KEYS, "tiny", 1).ids(column).to_pylist() == inside("17", None)


def test_a_column_that_is_no_id_is_not_hashed():
    with pytest.raises(TypeError, match="not double"):
        Rekeying(KEYS, "tiny", 1).ids(pa.array([1.5]))


@given(person=ids, contract=st.sampled_from(["tiny", "other"]), generation=st.sampled_from([1, 2]))
def test_a_mark_is_the_same_each_time_and_never_an_id_of_a_table(person, contract, generation):
    marks = Marks(KEYS, contract, generation)
    assert marks.of([person, person]) == marks.of([person]) * 2
    assert marks.of([person]) != inside(person, contract=contract, generation=generation)


def test_marks_differ_between_contracts_and_generations():
    marks = {Marks(KEYS, contract, generation).of(["p"])[0] for contract in ("tiny", "other") for generation in (1, 2)}
    assert len(marks) == 4


def test_the_environment_gives_the_keys_newest_first(monkeypatch):
    monkeypatch.setenv("MAALBAR_PERSON_KEYS", f"2:{written(SECOND)},1:{written(FIRST)}")
    assert (persons.current_generation(), person_keys().generations) == (2, (2, 1))
    assert persons.rekey(pa.array(["p"]), "tiny", 1).to_pylist() == inside("p", generation=1)
    assert persons.rekey(pa.array(["p"]), "tiny", 2).to_pylist() == inside("p", generation=2)
    assert persons.mark("p", "tiny", 2) == Marks(KEYS, "tiny", 2).of(["p"])[0]


def test_a_secret_file_gives_the_same_keys(tmp_path):
    file = tmp_path / "keys"
    file.write_text(f"2:{written(SECOND)}\n1:{written(FIRST)}\n")
    read = person_keys({"MAALBAR_PERSON_KEYS_FILE": str(file)})
    assert (read, repr(read)) == (KEYS, "PersonKeys()")


def test_a_new_key_can_be_used_and_is_another_each_time():
    first, second = persons.new_key(), persons.new_key()
    assert first != second
    assert person_keys({"MAALBAR_PERSON_KEYS": f"2:{second},1:{first}"}).current_generation == 2


FAULTY = {
    "no key": ("", "no person key is set"),
    "no generation": (written(FIRST), "key no. 1 is not written as <generation>:<32 bytes in base64>"),
    "generation 0": (f"0:{written(FIRST)}", "key no. 1 is not written as <generation>:<32 bytes in base64>"),
    "too short": (f"1:{written(FIRST[:31])}", "key no. 1 is not written as <generation>:<32 bytes in base64>"),
    "another alphabet": (f"1:{written(FIRST)[:-2]}*=", "key no. 1 is not written as <generation>:<32 bytes in base64>"),
    "zeros": (f"1:{written(bytes(32))}", "key no. 1 is no key of 32 random bytes"),
    "oldest first": (f"1:{written(FIRST)},2:{written(SECOND)}", "key no. 2 is not older than the one before it"),
    "a generation twice": (f"1:{written(FIRST)},1:{written(SECOND)}", "key no. 2 is not older than the one before it"),
    "a key twice": (f"2:{written(FIRST)},1:{written(FIRST)}", "key no. 2 is the same as another"),
}


@pytest.mark.parametrize(("text", "what"), FAULTY.values(), ids=FAULTY)
def test_keys_that_cannot_be_used_are_refused_and_never_shown(text, what):
    with pytest.raises(SetupError, match="MAALBAR_PERSON_KEYS") as caught:
        person_keys({"MAALBAR_PERSON_KEYS": text})
    assert caught.value.what == what
    assert not any(key.decode()[:8] in caught.value.line for key in (base64.b64encode(FIRST), base64.b64encode(SECOND)))


def test_a_secret_file_that_is_not_there_or_a_second_source_is_refused(tmp_path):
    with pytest.raises(SetupError, match="the file of person keys cannot be read"):
        person_keys({"MAALBAR_PERSON_KEYS_FILE": str(tmp_path / "none")})
    with pytest.raises(SetupError, match="are both set"):
        person_keys({"MAALBAR_PERSON_KEYS": f"1:{written(FIRST)}", "MAALBAR_PERSON_KEYS_FILE": "x"})


def test_a_generation_whose_key_is_gone_is_said(monkeypatch):
    with pytest.raises(SetupError, match="no person key of generation 3 — keep each key"):
        inside("p", generation=3)


def test_the_command_prints_a_line_for_the_environment_and_the_next_generation_after_it(monkeypatch):
    monkeypatch.delenv("MAALBAR_PERSON_KEYS")
    line = CliRunner().invoke(app, ["new-person-key"]).stdout.strip()
    name, _, value = line.partition("=")
    assert (name, person_keys({name: value}).generations) == ("MAALBAR_PERSON_KEYS", (1,))
    monkeypatch.setenv(name, value)
    next_key = CliRunner().invoke(app, ["new-person-key"]).stdout.strip()
    assert person_keys({name: f"{next_key},{value}"}).generations == (2, 1)
