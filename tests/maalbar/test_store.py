"""What is stored is named by its own hash, whole or absent, and never read when it has changed."""

from __future__ import annotations

import hashlib
import os
from datetime import date

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maalbar import store
from maalbar.errors import SetupError, StoreDamaged
from maalbar.tables import TABLES

TABLE = pa.table(
    {
        "person_id": ["a", "b", None],
        "born": [date(1950, 1, 1), None, date(1960, 2, 1)],
        "quantity": [1, -2, 3],
    }
)


def files(home) -> list[str]:
    return sorted(path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file())


def test_bytes_lie_under_the_name_of_their_hash(home):
    # The SHA-256 of the three letters abc, from FIPS 180-2.
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert store.put("tiny", "raw", b"abc") == digest
    assert files(home) == [f"store/tiny/raw/{digest}"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=2000))
def test_what_was_put_is_got(home, data):
    assert store.get("tiny", "raw", store.put("tiny", "raw", data)) == data


def test_the_same_bytes_are_kept_once_and_never_written_again(home):
    digest = store.put("tiny", "raw", b"abc")
    path = home / "store" / "tiny" / "raw" / digest
    before = path.stat().st_ino
    assert store.put("tiny", "raw", b"abc") == digest
    assert (files(home), path.stat().st_ino) == ([f"store/tiny/raw/{digest}"], before)


def test_contracts_and_shelves_do_not_see_each_other(home):
    digest = store.put("tiny", "raw", b"abc")
    for contract, shelf in (("other", "raw"), ("tiny", "canonical")):
        with pytest.raises(StoreDamaged, match="is missing"):
            store.get(contract, shelf, digest)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(data=st.data())
def test_a_single_flipped_bit_is_found_before_anything_is_read(home, data):
    digest = store.put_table("tiny", "canonical", TABLE)
    path = home / "store" / "tiny" / "canonical" / digest
    whole = path.read_bytes()
    bit = data.draw(st.integers(0, 8 * len(whole) - 1))
    damaged = bytearray(whole)
    damaged[bit // 8] ^= 1 << bit % 8
    path.write_bytes(damaged)
    with pytest.raises(StoreDamaged, match="no longer matches its hash — restore it from the backup"):
        store.get_table("tiny", "canonical", digest)
    path.write_bytes(whole)


def test_a_file_cut_short_is_found(home):
    digest = store.put("tiny", "raw", b"abc")
    (home / "store" / "tiny" / "raw" / digest).write_bytes(b"ab")
    with pytest.raises(StoreDamaged, match="no longer matches"):
        store.get("tiny", "raw", digest)


def test_a_file_that_is_gone_is_missing(home):
    digest = store.put("tiny", "raw", b"abc")
    (home / "store" / "tiny" / "raw" / digest).unlink()
    with pytest.raises(StoreDamaged, match=f"{digest}: is missing"):
        store.get("tiny", "raw", digest)


def test_a_table_comes_back_as_it_was_put(home):
    assert store.get_table("tiny", "canonical", store.put_table("tiny", "canonical", TABLE)).equals(TABLE)


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())
def test_every_canonical_table_keeps_its_types_even_when_empty(home, table):
    empty = table.schema.empty_table()
    assert store.get_table("tiny", "canonical", store.put_table("tiny", "canonical", empty)).schema == table.schema


def test_the_same_rows_have_the_same_hash_and_other_rows_another(home):
    digest = store.put_table("tiny", "canonical", TABLE)
    chunked = pa.concat_tables([TABLE.slice(0, 1), TABLE.slice(1)])
    assert store.put_table("tiny", "canonical", pa.table(TABLE.to_pydict(), schema=TABLE.schema)) == digest
    assert store.put_table("tiny", "canonical", chunked.combine_chunks()) == digest
    assert store.put_table("tiny", "canonical", TABLE.take([1, 0, 2])) != digest


@pytest.mark.parametrize("failing", ["fsync", "replace", "chmod"])
def test_a_write_that_fails_leaves_neither_half_a_file_nor_a_temporary_one(home, monkeypatch, failing):
    def full(*args: object, **more: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, failing, full)
        with pytest.raises(SetupError, match="there is no room left on the disk"):
            store.put("tiny", "raw", b"abc")
        assert files(home) == []
    assert store.get("tiny", "raw", store.put("tiny", "raw", b"abc")) == b"abc"


def test_a_write_that_fails_leaves_the_old_file_standing(tmp_path, monkeypatch):
    path = tmp_path / "statement.html"
    store.write_atomically(path, b"old")
    monkeypatch.setattr(os, "replace", lambda *paths: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(SetupError, match="there is no room left on the disk"):
        store.write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["statement.html"]


def test_what_is_stored_is_readable_by_its_owner_alone(home):
    digest = store.put("tiny", "raw", b"abc")
    path = home / "store" / "tiny" / "raw" / digest
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0


def test_a_hash_is_that_of_the_standard_library():
    assert store.sha256_of(b"\0" * 1000) == hashlib.sha256(bytes(1000)).hexdigest()


def test_a_file_is_told_of_where_it_lies_only_while_it_matches_its_hash(home):
    digest = store.put("tiny", "canonical", b"rows")
    path = store.verified("tiny", "canonical", digest)
    assert path.read_bytes() == b"rows"
    path.chmod(0o600)
    path.write_bytes(b"other")
    with pytest.raises(StoreDamaged, match="no longer matches"):
        store.verified("tiny", "canonical", digest)
    path.unlink()
    with pytest.raises(StoreDamaged, match="is missing"):
        store.verified("tiny", "canonical", digest)
