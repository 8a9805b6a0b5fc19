"""A delivery is what its manifest says, to the byte, or it is refused without a word of its contents."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import pytest

from maalbar import manifest as manifests
from maalbar.contract.delivering import Delivery
from maalbar.errors import DeliveryRefused
from maalbar.manifest import Manifest, is_allowed, read_manifest
from maalbar.store import sha256_of

DATA = b"person;week\ncanary-7f3a;2601\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The landing folder of one source, with a file in it."""
    path = tmp_path / "landing" / "tiny" / "billed"
    path.mkdir(parents=True)
    (path / "billed__2022-10-15.csv").write_bytes(DATA)
    return path


def said(folder: Path, **changes: object) -> Path:
    """Writes a manifest of the file, with changes; None leaves a key out."""
    facts = {
        "contract": "tiny",
        "source": "billed",
        "as_of": "2022-10-15",
        "file": "billed__2022-10-15.csv",
        "sha256": sha256_of(DATA),
        "rows": 1,
        "bytes": len(DATA),
    }
    path = folder / "billed__2022-10-15.manifest.json"
    path.write_text(json.dumps({key: value for key, value in (facts | changes).items() if value is not None}))
    return path


def refusal(path: Path, delivery: Delivery | None = None) -> str:
    with pytest.raises(DeliveryRefused) as caught:
        read_manifest(path, delivery)
    assert "canary" not in caught.value.line
    assert str(path.parent) not in caught.value.line
    return caught.value.line


def test_a_manifest_says_what_a_delivery_is(folder):
    path = said(folder)
    manifest = read_manifest(path)
    assert (manifest.contract, manifest.source, manifest.as_of, manifest.rows) == (
        "tiny",
        "billed",
        date(2022, 10, 15),
        1,
    )


@pytest.mark.parametrize(
    "name",
    ["../other/billed.csv", "/etc/passwd", "..", "billed.CSV", "billed.csv.zip", "billed;rm.csv", "billed\n.csv", "billed%2e.csv",
     "a" * 65 + ".csv", "\u202ebilled.csv", "bil\x00led.csv", "bílled.csv", ".csv", "billed.csv\n", "billed__2022-10-15.csv/"],
)  # fmt: skip
def test_a_name_that_could_lead_elsewhere_is_refused(folder, name, tiny):
    assert refusal(said(folder, file=name), tiny.deliveries["billed"]) == (
        "billed__2022-10-15.manifest.json: names a file with a name that is not allowed — "
        "use small letters, digits, - and _, at most 64, and .csv"
    )


@pytest.mark.parametrize(
    ("written", "allowed", "not_allowed"),
    [
        ({}, ["b.csv"], ["b.csv.gz", "b.zip", "b.xlsx", "b"]),
        ({"format": "excel"}, ["b.xlsx"], ["b.xls", "b.csv"]),
        ({"format": "parquet"}, ["b.parquet"], ["b.parquet.zip"]),
        ({"format": "sas", "packed": "zip"}, ["b.sas7bdat.zip", "b.zip"], ["b.sas7bdat", "b.zip.zip"]),
        ({"format": "stata", "packed": "gzip"}, ["b.dta.gz", "b.gz"], ["b.dta.zip", ".gz"]),
    ],
)
def test_each_format_has_its_own_endings(tiny, written, allowed, not_allowed):
    delivery = tiny.deliveries["billed"].model_copy(update=written)
    assert [name for name in allowed + not_allowed if is_allowed(name, delivery)] == allowed


def test_what_a_person_says_need_not_announce_rows_and_what_a_sender_says_must(folder):
    path = said(folder, rows=None, said_by="Dora Data", reason="told by phone")
    assert (read_manifest(path).rows, read_manifest(path).said_by) == (None, "Dora Data")
    assert refusal(said(folder, rows=None)).startswith("billed__2022-10-15.manifest.json: rows: missing")


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_a_manifest_that_is_no_plain_file_is_refused_and_holds_nobody_up(folder, make):
    path = folder / "billed__2022-10-15.manifest.json"
    make(path)
    assert "is no plain file" in refusal(path)


def test_a_manifest_that_is_a_link_is_not_followed(folder, tmp_path):
    said(folder).replace(tmp_path / "elsewhere.json")
    path = folder / "billed__2022-10-15.manifest.json"
    path.symlink_to(tmp_path / "elsewhere.json")
    assert "cannot be read" in refusal(path)


def test_a_manifest_without_end_is_not_read(folder):
    path = folder / "billed__2022-10-15.manifest.json"
    path.write_bytes(b" " * (manifests.MAX_MANIFEST_BYTES + 1))
    assert "is larger than 100000 bytes" in refusal(path)


@pytest.mark.parametrize("changes", [{"contract": "other"}, {"source": "contacts"}])
def test_a_delivery_in_the_folder_of_another_is_refused(folder, changes):
    assert "lies in the folder of another contract or source" in refusal(said(folder, **changes))


@pytest.mark.parametrize("key", ["contract", "source", "as_of", "file", "sha256", "rows", "bytes"])
def test_a_manifest_without_one_of_its_keys_is_refused(folder, key):
    line = refusal(said(folder, **{key: None}))
    assert line == f"billed__2022-10-15.manifest.json: {key}: missing — see maalbar/manifest.py"


def test_a_manifest_with_another_key_is_refused(folder):
    assert "the manifest: extra forbidden" in refusal(said(folder, note="canary-7f3a"))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("as_of", "15-10-2022"),
        ("as_of", "2022-02-30"),
        ("sha256", "canary-7f3a"),
        ("sha256", "AB" * 32),
        ("sha256", "ab" * 32 + "\n"),
        ("rows", "canary-7f3a"),
        ("rows", 1.5),
        ("bytes", "1e3"),
        ("contract", "../tiny"),
        ("supersedes", "canary-7f3a"),
    ],
)
def test_a_value_that_is_not_of_its_kind_is_refused_without_being_repeated(folder, key, value):
    assert refusal(said(folder, **{key: value})).startswith(f"billed__2022-10-15.manifest.json: {key}: ")


@pytest.mark.parametrize(
    "text", [b"", b"canary-7f3a", b'{"contract": "tiny"', b"[]", b"null", b'"canary-7f3a"', b"\xff\xfe"]
)
def test_what_is_no_manifest_is_refused(folder, text):
    path = said(folder)
    path.write_bytes(text)
    assert refusal(path).startswith("billed__2022-10-15.manifest.json: the manifest: ")


def test_a_corrected_delivery_names_what_it_takes_the_place_of(folder):
    assert read_manifest(said(folder, supersedes="cd" * 32)).supersedes == "cd" * 32


def test_a_manifest_cannot_be_changed_after_it_is_read(folder):
    manifest: Manifest = read_manifest(said(folder))
    with pytest.raises(ValueError, match="frozen"):
        manifest.rows = 2
