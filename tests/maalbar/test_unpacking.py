"""A packed delivery gives its one plain file, or nothing at all; what it says of itself is not believed."""

from __future__ import annotations

import gzip
import io
import shutil
import stat
import zipfile
import zlib
from collections import namedtuple
from pathlib import Path

import pytest

from maalbar import unpacking
from maalbar.errors import DeliveryRefused, SetupError

CONTENT = b"person;code\np1;783\n" * 100
MEGABYTE = 1_000_000


def zipped(folder: Path, *members: tuple[str | zipfile.ZipInfo, bytes], name: str = "d.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members:
            archive.writestr(member, content)
    return path


def gzipped(folder: Path, content: bytes) -> Path:
    path = folder / "d.gz"
    path.write_bytes(gzip.compress(content))
    return path


def refusal(path: Path, packed: str, into: Path, limit: int = 100 * MEGABYTE) -> str:
    """The line of the refusal, with nothing left in the folder."""
    into.mkdir(exist_ok=True)
    with pytest.raises(DeliveryRefused) as caught:
        unpacking.unpack(path, packed, into, limit)
    assert list(into.iterdir()) == []
    return caught.value.line


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "into"
    folder.mkdir()
    return folder


def test_the_one_file_of_a_zip_comes_out_in_the_folder_whatever_it_is_called_inside(tmp_path, into):
    path = zipped(tmp_path, ("dream 2028 (1).csv", CONTENT))
    out = unpacking.unpack(path, "zip", into, MEGABYTE)
    assert (out.parent, out.read_bytes()) == (into, CONTENT)
    assert unpacking.name_inside(path, "zip") == "dream 2028 (1).csv"


def test_a_gzip_comes_out_and_may_be_of_several_pieces(tmp_path, into):
    path = gzipped(tmp_path, CONTENT)
    path.write_bytes(path.read_bytes() + gzip.compress(b"p2;784\n"))
    assert unpacking.unpack(path, "gzip", into, MEGABYTE).read_bytes() == CONTENT + b"p2;784\n"


def test_a_gzip_may_tell_the_name_of_its_file_for_a_gate_to_look_at(tmp_path):
    path = tmp_path / "d.gz"
    with path.open("wb") as raw, gzip.GzipFile("named.csv", "wb", fileobj=raw) as stream:
        stream.write(CONTENT)
    assert unpacking.name_inside(path, "gzip") == "named.csv"
    assert unpacking.name_inside(gzipped(tmp_path, CONTENT), "gzip") == ""


def test_a_file_that_is_not_packed_stays_where_it_is(tmp_path, into):
    assert unpacking.unpack(tmp_path / "f.csv", "none", into, 0) == tmp_path / "f.csv"


@pytest.mark.parametrize("packed", ["zip", "gzip"])
def test_a_file_may_unpack_to_the_limit_and_to_no_byte_more(tmp_path, into, packed):
    content = bytes(range(256)) * 4000
    path = zipped(tmp_path, ("f", content)) if packed == "zip" else gzipped(tmp_path, content)
    assert unpacking.unpack(path, packed, into, len(content)).stat().st_size == len(content)
    assert "unpacks to more than the agreed 1 MB" in refusal(path, packed, tmp_path / "b", len(content) - 1)


@pytest.mark.fault("F10")
def test_a_bomb_is_refused_by_its_ratio_before_it_fills_a_disk(tmp_path, into, monkeypatch):
    # 200 MB of zeros pack to 194 kB, 1030 times less.
    path = gzipped(tmp_path, bytes(200 * MEGABYTE))
    assert path.stat().st_size < 200_000
    written = []
    monkeypatch.setattr(
        Path, "unlink", lambda self, **_: written.append(self.stat().st_size) or self.rename(tmp_path / "x")
    )
    assert (
        refusal(path, "gzip", into, 1000 * MEGABYTE)
        == "d.gz: unpacks to more than 300 times its size — send it unpacked"
    )
    assert written and written[0] <= 300 * path.stat().st_size


@pytest.mark.fault("F10")
def test_a_zip_is_not_believed_when_it_says_it_is_small(tmp_path, into):
    path = zipped(tmp_path, ("f", bytes(5 * MEGABYTE)))
    said = (5 * MEGABYTE).to_bytes(4, "little")
    raw = path.read_bytes()
    assert raw.count(said) == 2  # in the member's own header and in the directory
    path.write_bytes(raw.replace(said, (100).to_bytes(4, "little")))
    assert refusal(path, "zip", into) == "d.zip: is damaged or cut off — send it whole, or pack it again"


def test_a_zip_that_says_it_is_large_is_refused_before_anything_is_unpacked(tmp_path, into):
    path = zipped(tmp_path, ("f", bytes(3 * MEGABYTE)))
    assert "says that it unpacks to more than the agreed 2 MB" in refusal(path, "zip", into, 2 * MEGABYTE)


def test_a_wide_register_of_mostly_empty_cells_is_no_bomb(tmp_path, into):
    row = b"p000001" + b";" * 1000 + b"\n"
    content = b"".join(row.replace(b"000001", b"%06d" % n) for n in range(20_000))
    path = gzipped(tmp_path, content)
    assert len(content) > unpacking.RATIO_FROM
    assert len(content) > 100 * path.stat().st_size
    assert unpacking.unpack(path, "gzip", into, 100 * MEGABYTE).stat().st_size == len(content)


@pytest.mark.fault("F11")
@pytest.mark.parametrize(
    ("inside", "told"),
    [
        ("../../evil.txt", "a path that leads out of it"),
        ("..\\evil.txt", "a path that leads out of it"),
        ("/etc/passwd", "a path that leads out of it"),
        ("C:\\evil.txt", "a path that leads out of it"),
        ("a/b.csv", "holds a file in a folder"),
        ("a\nb.csv", "signs that no name has"),
        ("a\u202evsc.csv", "signs that no name has"),
        ("NUL", "named as a device"),
        ("com1.csv", "named as a device"),
    ],
)
def test_a_member_whose_name_is_more_than_a_name_is_refused_without_repeating_it(tmp_path, into, inside, told):
    line = refusal(zipped(tmp_path, (inside, CONTENT)), "zip", into)
    assert told in line
    assert "evil" not in line
    assert sorted(path.name for path in tmp_path.iterdir()) == ["d.zip", "into"]


@pytest.mark.fault("F11")
def test_a_name_with_a_zero_byte_is_refused(tmp_path, into):
    path = zipped(tmp_path, ("aXb.csv", CONTENT))
    path.write_bytes(path.read_bytes().replace(b"aXb.csv", b"a\0b.csv"))
    assert "signs that no name has" in refusal(path, "zip", into)


@pytest.mark.fault("F11")
@pytest.mark.parametrize(
    ("kind", "told"), [(stat.S_IFLNK, "holds a link, not a file"), (stat.S_IFIFO, "no plain file")]
)
def test_a_link_or_a_pipe_is_no_file(tmp_path, into, kind, told):
    member = zipfile.ZipInfo("f.csv")
    member.external_attr = (kind | 0o777) << 16
    assert told in refusal(zipped(tmp_path, (member, b"/etc/passwd")), "zip", into)


@pytest.mark.fault("F13")
@pytest.mark.parametrize("packed", ["zip", "gzip"])
@pytest.mark.parametrize(
    "inner",
    [
        gzip.compress(CONTENT),
        b"7z\xbc\xaf\x27\x1c...",
        b"Rar!...",
        b"BZh91AY&SY...",
        b"f.csv".ljust(257, b"\0") + b"ustar",
    ],
    ids=[
        "gzip",
        "7z",
        "rar",
        "bzip2",
        "tar",
    ],  # a gzip has the time in it, and a test's name is the same in every process
)
def test_an_archive_in_an_archive_is_refused(tmp_path, into, packed, inner):
    path = zipped(tmp_path, ("f.csv", inner)) if packed == "zip" else gzipped(tmp_path, inner)
    assert "an archive that holds an archive" in refusal(path, packed, into)


@pytest.mark.fault("F13")
def test_a_zip_in_a_zip_is_refused_and_a_workbook_in_a_zip_is_not(tmp_path, into):
    def inner(name: str) -> bytes:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr(name, CONTENT)
        return stream.getvalue()

    assert "holds an archive" in refusal(zipped(tmp_path, ("f.csv", inner("f.csv"))), "zip", into)
    workbook = inner("[Content_Types].xml")
    assert unpacking.unpack(zipped(tmp_path, ("f.xlsx", workbook)), "zip", into, MEGABYTE).read_bytes() == workbook


@pytest.mark.parametrize(("members", "told"), [(0, "is an empty zip"), (2, "is a zip of 2 files or folders")])
def test_a_zip_holds_one_file_alone(tmp_path, into, members, told):
    path = zipped(tmp_path, *[(f"f{n}.csv", CONTENT) for n in range(members)])
    assert refusal(path, "zip", into) == f"d.zip: {told} — pack the one file alone"


def test_an_encrypted_zip_is_refused(tmp_path, into):
    path = zipped(tmp_path, ("f.csv", CONTENT))
    raw = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + place] |= 1
    path.write_bytes(raw)
    assert "is encrypted" in refusal(path, "zip", into)


def test_a_method_of_packing_that_takes_memory_of_its_own_is_refused(tmp_path, into):
    path = tmp_path / "d.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("f.csv", CONTENT)
    assert "packed in a way that is not read" in refusal(path, "zip", into)


@pytest.mark.parametrize("packed", ["zip", "gzip"])
def test_a_damaged_or_cut_file_is_refused(tmp_path, into, packed):
    path = zipped(tmp_path, ("f", CONTENT)) if packed == "zip" else gzipped(tmp_path, CONTENT)
    whole = path.read_bytes()
    told = "is no whole zip" if packed == "zip" else "is damaged or cut off"
    path.write_bytes(whole[: len(whole) // 2])
    assert told in refusal(path, packed, into)
    path.write_bytes(CONTENT)
    assert told in refusal(path, packed, into)
    middle = len(whole) // 3
    path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 0xFF]) + whole[middle + 1 :])
    assert "d." in refusal(path, packed, into)


def test_a_disk_without_room_stops_it_and_keeps_no_part(tmp_path, into, monkeypatch):
    usage = namedtuple("usage", "total used free")
    free = unpacking.RESERVE + len(CONTENT) - 1
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(free, 0, free))
    with pytest.raises(SetupError, match="no room"):
        unpacking.unpack(gzipped(tmp_path, CONTENT), "gzip", into, MEGABYTE)
    assert list(into.iterdir()) == []


def test_what_is_unpacked_already_is_not_written_over(tmp_path, into):
    path = gzipped(tmp_path, CONTENT)
    first = unpacking.unpack(path, "gzip", into, MEGABYTE)
    with pytest.raises(SetupError, match="unpacked already"):
        unpacking.unpack(path, "gzip", into, MEGABYTE)
    assert first.read_bytes() == CONTENT


def test_the_parts_of_a_workbook_share_one_limit(tmp_path):
    path = zipped(tmp_path, ("a.xml", bytes(range(256)) * 4000), ("b.xml", bytes(range(256)) * 4000))
    each = {name: zlib.crc32(b"".join(pieces)) for name, pieces in unpacking.parts(path, 2_048_000)}
    assert each == dict.fromkeys(("a.xml", "b.xml"), zlib.crc32(bytes(range(256)) * 4000))
    with pytest.raises(DeliveryRefused, match="more than the agreed 2 MB"):
        list(unpacking.parts(path, 2_047_999))


def test_comments_of_a_zip_and_a_gzip_are_looked_at_as_the_name_is(tmp_path):
    zipped = tmp_path / "d.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        member = zipfile.ZipInfo("a.csv")
        member.comment = b"of the file"
        archive.writestr(member, b"x")
        archive.comment = b"of the zip"
    assert unpacking.name_inside(zipped, "zip").split("\n") == ["a.csv", "of the zip", "of the file"]
    commented = tmp_path / "d.gz"
    # RFC 1952: FLG 0x18 is FNAME and FCOMMENT, 0x10 the comment alone.
    commented.write_bytes(b"\x1f\x8b\x08\x18" + bytes(6) + b"a.csv\0of the file\0" + bytes(10))
    assert unpacking.name_inside(commented, "gzip").split("\n") == ["a.csv", "of the file"]
    commented.write_bytes(b"\x1f\x8b\x08\x10" + bytes(6) + b"of the file\0" + bytes(10))
    assert unpacking.name_inside(commented, "gzip") == "of the file"
