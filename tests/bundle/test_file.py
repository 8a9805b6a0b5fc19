"""The file of a bundle: one form, one signature over all of it, and one clear line for whatever is not that."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from maalbar.bundle import SCHEMA, Bundle, open_sealed, read_file, seal
from maalbar.bundle.file import MAX_BYTES, _body, _signed
from maalbar.bundle.keys import public_half
from maalbar.errors import BundleRefused

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
SHA = "0" * 64


def said(**changed: Any) -> dict[str, Any]:
    """A small bundle: period 0 of a contract with one source, of which the few set aside are withheld."""
    rows = {"rows_in": 100, "rows_accepted": "withheld", "rows_quarantined": "withheld", "rows_collapsed": 0}
    delivery = {"source": "people", "delivery_id": "tiny|people|v1", "as_of": "2022-10-15", "sha256": SHA, "rows": rows}
    passport = {
        "terms_digest": SHA, "basis_digest": SHA, "code_version": "0.1.0+abc", "lock_sha256": SHA,
        "as_known_at": "2022-10-15", "definitions": {"indicators/contacts@1": SHA},
        "inputs": {"people": "tiny|people|v1", "contacts": None}, "deliveries": [delivery],
    }  # fmt: skip
    results = {"values": [], "effects": [], "diagnostics": [], "cohort": {"kind": "open", "windows": []}, "digest": SHA}
    return {
        "schema": SCHEMA, "contract": "tiny", "period": "0", "revision": 1, "terms_digest": SHA, "small_cell": 5,
        "told_exactly": [], "passport": passport, "results": results,
    } | changed  # fmt: skip


def signed(body: bytes, key: Ed25519PrivateKey = KEY) -> bytes:
    """Anything with a valid signature, as someone who holds the key could write it."""
    return f"{SCHEMA} {public_half(key)} {key.sign(_signed(body)).hex()}\n".encode() + body


@pytest.fixture(scope="module")
def raw() -> bytes:
    return seal(Bundle.model_validate(said()), KEY)


def test_what_is_sealed_can_be_opened_and_says_the_same(raw):
    opened = open_sealed(raw, "x.bundle")
    assert opened.bundle.said() == said()
    assert opened.public_key == public_half(KEY)


def test_the_same_bundle_and_key_are_the_same_bytes(raw):
    shuffled = dict(reversed(said().items()))
    assert seal(Bundle.model_validate(shuffled), KEY) == raw


def test_it_is_a_text_that_can_be_read_before_it_leaves(raw):
    lines = raw.decode("utf-8").splitlines()
    assert len(lines) > 40 and max(map(len, lines)) < 220
    assert '"rows_quarantined": "withheld"' in [line.strip(" ,") for line in lines]


def test_each_changed_byte_is_refused_with_one_line(raw):
    for place in range(len(raw)):
        changed = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        with pytest.raises(BundleRefused) as refused:
            open_sealed(changed, "x.bundle")
        assert refused.value.lines == [refused.value.line] and "\n" not in refused.value.line


def test_a_byte_more_or_less_is_refused_wherever_it_is(raw):
    for place in range(len(raw) + 1):
        for changed in (raw[:place] + b" " + raw[place:], raw[:place] + raw[place + 1 :]):
            if changed != raw:
                with pytest.raises(BundleRefused):
                    open_sealed(changed, "x.bundle")


def test_upper_case_hex_is_another_form_and_refused(raw):
    head, _, body = raw.partition(b"\n")
    word, *rest = head.split(b" ")
    with pytest.raises(BundleRefused, match="is no result bundle of this version"):
        open_sealed(b" ".join([word, *(part.upper() for part in rest)]) + b"\n" + body, "x.bundle")


def test_nothing_is_read_before_the_key_is_trusted_and_the_signature_holds(raw):
    def nobody(public: str) -> None:
        raise BundleRefused(f"unknown {public[:4]}")

    with pytest.raises(BundleRefused, match=f"unknown {public_half(KEY)[:4]}"):
        open_sealed(raw[: raw.index(b"\n") + 1] + b"[" * 100_000, "x.bundle", nobody)
    with pytest.raises(BundleRefused, match=r"x\.bundle: is not as it was signed"):
        open_sealed(raw[: raw.index(b"\n") + 1] + b"[" * 100_000, "x.bundle")


def test_a_signature_of_other_things_with_the_same_key_is_none_of_a_bundle(raw):
    _head, _, body = raw.partition(b"\n")
    other = KEY.sign(body).hex()
    with pytest.raises(BundleRefused, match="is not as it was signed"):
        open_sealed(f"{SCHEMA} {public_half(KEY)} {other}\n".encode() + body, "x.bundle")


def test_the_signature_of_another_key_under_this_ones_name_is_refused(raw):
    body = raw.partition(b"\n")[2]
    other = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
    forged = f"{SCHEMA} {public_half(KEY)} {other.sign(_signed(body)).hex()}\n".encode() + body
    with pytest.raises(BundleRefused, match="is not as it was signed"):
        open_sealed(forged, "x.bundle")


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{}", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"a":' + b"9" * 10_000 + b"}", b"NaN",
        _body(said()) + b" ", _body(said()).replace(b'"period"', b'"period": "0",\n "period"'),
        json.dumps(said()).encode(), _body(said()).replace(b'"revision": 1', b'"revision": 1.0'),
        _body(said()).replace(b'"revision": 1', b'"revision": true'),
    ],
    ids=["nothing", "empty", "list", "null", "no utf-8", "deep", "large number", "NaN", "more at the end", "key twice",
         "other spacing", "a float", "a truth value"],
)  # fmt: skip
def test_what_is_signed_and_is_no_bundle_is_refused_all_the_same(body):
    with pytest.raises(BundleRefused) as refused:
        open_sealed(signed(body), "x.bundle")
    assert refused.value.line.startswith("x.bundle: ") and len(refused.value.line) < 300


@pytest.mark.parametrize(
    "changed",
    [
        {"rows": [{"person_id": "anna"}]}, {"schema": "maalbar-bundle/2"}, {"revision": 0}, {"revision": -1},
        {"contract": "../tiny"}, {"period": "0\n"}, {"terms_digest": SHA.upper().replace("0", "A")},
        {"told_exactly": "all"}, {"small_cell": None}, {"results": {}},
    ],
    ids=lambda changed: next(iter(changed)),
)  # fmt: skip
def test_a_field_that_is_not_listed_or_not_of_its_kind_is_refused(changed):
    with pytest.raises(BundleRefused) as refused:
        open_sealed(signed(_body(said(**changed))), "x.bundle")
    assert "anna" not in refused.value.line and "person_id" not in refused.value.line


def test_a_field_that_is_missing_is_refused():
    for name in said():
        with pytest.raises(BundleRefused, match=f"x.bundle: {name}: missing"):
            open_sealed(signed(_body({k: v for k, v in said().items() if k != name})), "x.bundle")


def test_an_archive_is_no_bundle(tmp_path: Path, raw):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../evil.bundle", b"0" * 10_000_000)
        archive.writestr("x.bundle", raw)
    for data in (packed.getvalue(), raw + packed.getvalue(), packed.getvalue() + raw):
        (tmp_path / "x.bundle").write_bytes(data)
        with pytest.raises(BundleRefused):
            open_sealed(read_file(tmp_path / "x.bundle"), "x.bundle")
    assert [path.name for path in tmp_path.iterdir()] == ["x.bundle"]


def test_two_hundred_megabytes_are_refused_before_they_are_read(tmp_path: Path, raw):
    path = tmp_path / "large.bundle"
    with path.open("wb") as file:
        file.write(raw)
        file.truncate(200_000_000)
    with pytest.raises(BundleRefused, match=f"large.bundle: is larger than {MAX_BYTES} bytes"):
        read_file(path)


def test_a_link_a_folder_and_nothing_are_no_files(tmp_path: Path, raw):
    (tmp_path / "real.bundle").write_bytes(raw)
    (tmp_path / "link.bundle").symlink_to(tmp_path / "real.bundle")
    (tmp_path / "folder.bundle").mkdir()
    for name in ("link.bundle", "folder.bundle", "none.bundle"):
        with pytest.raises(BundleRefused, match=f"{name}: is not there, or is no plain file"):
            read_file(tmp_path / name)
    assert read_file(tmp_path / "real.bundle") == raw
