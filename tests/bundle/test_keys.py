"""Keys: a private one that nobody else may read and that no message shows, and public ones with a day on which they end."""

from __future__ import annotations

import base64
from datetime import date
from pathlib import Path

import pytest

from maalbar.bundle import keys
from maalbar.errors import BundleRefused, SetupError
from tests.flow.rooms import trusts

PUBLIC = "ab" * 32


@pytest.fixture(autouse=True)
def no_keys(monkeypatch):
    for name in (keys.PRIVATE, keys.PRIVATE_FILE, keys.TRUSTED):
        monkeypatch.delenv(name, raising=False)


def test_a_new_key_is_its_owners_alone_and_signs_for_the_public_half_that_was_told(tmp_path: Path, monkeypatch):
    public = keys.new_key(tmp_path / "room.key")
    assert (tmp_path / "room.key").stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv(keys.PRIVATE_FILE, str(tmp_path / "room.key"))
    assert keys.public_half(keys.signing_key()) == public


def test_the_key_itself_may_stand_in_the_environment(tmp_path: Path, monkeypatch):
    public = keys.new_key(tmp_path / "room.key")
    monkeypatch.setenv(keys.PRIVATE, (tmp_path / "room.key").read_text())
    assert keys.public_half(keys.signing_key()) == public


def test_a_key_is_never_overwritten(tmp_path: Path):
    keys.new_key(tmp_path / "room.key")
    before = (tmp_path / "room.key").read_bytes()
    with pytest.raises(SetupError, match=r"room\.key: is there already"):
        keys.new_key(tmp_path / "room.key")
    assert (tmp_path / "room.key").read_bytes() == before


def test_a_key_that_others_may_read_is_not_used(tmp_path: Path, monkeypatch):
    keys.new_key(tmp_path / "room.key")
    (tmp_path / "room.key").chmod(0o640)
    monkeypatch.setenv(keys.PRIVATE_FILE, str(tmp_path / "room.key"))
    with pytest.raises(SetupError, match=r"room\.key: may be read by others — chmod 600"):
        keys.signing_key()


def test_without_a_key_the_remedy_is_told():
    with pytest.raises(
        SetupError, match="no key to sign the bundle with — make a key with `maalbar new-bundle-key FILE`"
    ):
        keys.signing_key()


def test_two_keys_are_one_too_many(tmp_path: Path, monkeypatch):
    keys.new_key(tmp_path / "room.key")
    monkeypatch.setenv(keys.PRIVATE_FILE, str(tmp_path / "room.key"))
    monkeypatch.setenv(keys.PRIVATE, (tmp_path / "room.key").read_text())
    with pytest.raises(SetupError, match="are both set"):
        keys.signing_key()


@pytest.mark.parametrize("text", ["secret!", base64.b64encode(b"too short").decode(), "é" * 44])
def test_what_is_no_key_is_refused_without_being_shown(text, monkeypatch):
    monkeypatch.setenv(keys.PRIVATE, text)
    with pytest.raises(SetupError, match="is no Ed25519 key in base64") as refused:
        keys.signing_key()
    assert text not in refused.value.line


@pytest.fixture
def trusting(tmp_path: Path, monkeypatch):
    """Trust `PUBLIC` in 2025 and 2026."""
    (tmp_path / "trusted.yaml").write_text(trusts(PUBLIC, "tiny"), encoding="utf-8")
    monkeypatch.setenv(keys.TRUSTED, str(tmp_path / "trusted.yaml"))
    return tmp_path / "trusted.yaml"


@pytest.mark.parametrize("day", ["2025-01-01", "2026-12-31"])
def test_a_key_counts_from_its_first_day_until_before_its_end(trusting, day):
    assert keys.trusted(PUBLIC, date.fromisoformat(day)).name == "The research machine"


@pytest.mark.parametrize(
    ("day", "when"), [("2024-12-31", "not trusted before 2025-01-01"), ("2027-01-01", "not trusted since 2027-01-01")]
)
def test_a_key_that_is_too_old_or_too_new_is_refused_by_name(trusting, day, when):
    with pytest.raises(BundleRefused, match=f"by the key “The research machine”, which is {when}"):
        keys.trusted(PUBLIC, date.fromisoformat(day))


def test_an_unknown_key_is_refused_and_so_is_every_key_where_none_is_trusted(trusting, monkeypatch):
    with pytest.raises(BundleRefused, match=r"by a key that is not trusted here \(cdcdcdcdcdcdcdcd…\)"):
        keys.trusted("cd" * 32, date(2026, 1, 1))
    monkeypatch.delenv(keys.TRUSTED)
    with pytest.raises(BundleRefused, match="is not trusted here"):
        keys.trusted(PUBLIC, date(2026, 1, 1))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("keys:\n  - {name: x, key: abc, from: 2025-01-01, to: 2027-01-01, contracts: [tiny]}", "keys.0.key"),
        (trusts(PUBLIC, "").replace("[]", "[]"), "keys.0.contracts"),
        (trusts(PUBLIC, "tiny").replace("2027-01-01", "never"), "keys.0.to"),
        (trusts(PUBLIC, "tiny").replace("name:", "nane:"), "keys.0.name"),
        ("trusted: []", "keys"),
    ],
)
def test_a_list_that_says_something_else_trusts_nobody(trusting, text, said):
    trusting.write_text(text, encoding="utf-8")
    with pytest.raises(SetupError, match=f"{said}: "):
        keys.trusted(PUBLIC, date(2026, 1, 1))


def test_a_list_that_is_named_and_not_there_is_told(tmp_path: Path, monkeypatch):
    monkeypatch.setenv(keys.TRUSTED, str(tmp_path / "gone.yaml"))
    with pytest.raises(SetupError, match=r"gone\.yaml: is not there"):
        keys.trusted_keys()
