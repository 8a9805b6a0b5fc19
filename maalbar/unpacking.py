"""Unpacking: the one file of a zip or gzip, and never more of it than was agreed.

What a packed file says of itself (sizes, names) is not believed: bytes are counted as they come, and a name inside is
never used as a path. What belongs here is getting bytes out; what they mean is read in `transforms/formats`.
"""

from __future__ import annotations

import gzip
import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from maalbar.errors import DeliveryRefused, SetupError

PIECE = 1 << 20
"""Bytes that are unpacked at a time."""
RATIO = 300
"""A file that unpacks to more than this many times its packed size is refused. Wide registers of mostly empty cells reach 100
to 200; deflate can say 1032."""
RATIO_FROM = 16_000_000
"""Below so many bytes the ratio says nothing, and nothing is filled."""
MEMBERS = 10_000
"""More parts than any workbook has."""
RESERVE = 64_000_000
"""Bytes of the disk that unpacking leaves to others."""
WORKBOOK = "[Content_Types].xml"
"""The part that makes a zip a workbook, which is no nested archive."""

_ARCHIVES = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x1f\x8b",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!",
    b"\xfd7zXZ",
    b"\x28\xb5\x2f\xfd",
)
_BZIP2 = re.compile(rb"BZh[1-9]1AY&SY")
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
_DAMAGED = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, gzip.BadGzipFile, NotImplementedError)
_WHOLE = "send it whole, or pack it again"


def unpack(path: Path, packed: str, into: Path, limit_bytes: int) -> Path:
    """The unpacked file, in the folder `into`, named after the packed one; `path` itself where `packed` is `none`.

    Raises DeliveryRefused when it is no such archive, holds anything but one plain file, holds an archive, or unpacks to
    more than `limit_bytes` or RATIO times its size; SetupError when the disk has no room. What was written by then is removed.
    """
    if packed == "none":
        return path
    target = into / f"{path.name}.unpacked"
    pieces = _zipped(path, limit_bytes) if packed == "zip" else _gzipped(path)
    room = shutil.disk_usage(into).free - RESERVE
    try:
        with target.open("xb") as out:
            for piece in limited(pieces, path, limit_bytes):
                room -= len(piece)
                if room < 0:
                    raise SetupError(
                        "the disk has no room to unpack it", where=path.name, mend="make room and run again"
                    )
                out.write(piece)
        _refuse_nested(target, path.name)
    except FileExistsError:
        raise SetupError("is unpacked already", where=path.name, mend="empty the staging folder") from None
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return target


def name_inside(path: Path, packed: str) -> str:
    """What the file is called in its zip or gzip, with any comment there on a line of its own, for a gate to look at; empty where
    there is neither. Never a path to use."""
    if packed == "zip":
        member = _only_member(path)
        with _opened(path) as archive:
            comments = (archive.comment.decode("latin-1"), member.comment.decode("latin-1"))
        return "\n".join(filter(None, (member.orig_filename, *comments)))
    if packed == "gzip":
        return _gzip_name(path)
    return ""


def parts(path: Path, limit_bytes: int) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Name and bytes of each part of a zip of many, like a workbook, within the limit for all of them together.

    Whoever reads all parts through knows that the file may be opened by a library that does not count.
    Raises DeliveryRefused as `unpack` does.
    """
    left = limit_bytes
    with _opened(path) as archive:
        members = archive.infolist()
        if len(members) > MEMBERS:
            raise DeliveryRefused(f"is a zip of {len(members)} parts", where=path.name, mend=_WHOLE)
        for member in members:
            _refuse_unless_plain(member, path.name)
            with _member(archive, member, path.name) as stream:
                counted = _Counted(limited(_pieces(stream, path.name), path, left, agreed=limit_bytes))
                yield member.filename, counted
                for _ in counted:  # what the caller left unread counts too
                    pass
            left -= counted.bytes


def limited(pieces: Iterator[bytes], path: Path, limit_bytes: int, agreed: int | None = None) -> Iterator[bytes]:
    """The same pieces, until they are more than the limit, or than RATIO times the packed file."""
    most = path.stat().st_size * RATIO
    count = 0
    for piece in pieces:
        count += len(piece)
        if count > limit_bytes:
            megabytes = (agreed or limit_bytes) // 1_000_000
            what = f"unpacks to more than the agreed {megabytes} MB"
            raise DeliveryRefused(what, where=path.name, mend="raise `max_unpacked_mb` if it should")
        if count > max(RATIO_FROM, most):
            what = f"unpacks to more than {RATIO} times its size"
            raise DeliveryRefused(what, where=path.name, mend="send it unpacked")
        yield piece


class _Counted(Iterator[bytes]):
    """Pieces, and how many bytes have come."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces, self.bytes = pieces, 0

    def __next__(self) -> bytes:
        piece = next(self.pieces)
        self.bytes += len(piece)
        return piece


def _zipped(path: Path, limit_bytes: int) -> Iterator[bytes]:
    member = _only_member(path)
    if member.file_size > limit_bytes:
        what = f"says that it unpacks to more than the agreed {limit_bytes // 1_000_000} MB"
        raise DeliveryRefused(what, where=path.name, mend="raise `max_unpacked_mb` if it should")
    with _opened(path) as archive, _member(archive, member, path.name) as stream:
        yield from _pieces(stream, path.name)


def _gzipped(path: Path) -> Iterator[bytes]:
    with gzip.open(path, "rb") as stream:
        yield from _pieces(stream, path.name)


def _pieces(stream: IO[bytes] | gzip.GzipFile, name: str) -> Iterator[bytes]:
    try:
        while piece := stream.read(PIECE):
            yield piece
    except _DAMAGED:
        raise DeliveryRefused("is damaged or cut off", where=name, mend=_WHOLE) from None


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (*_DAMAGED, UnicodeDecodeError, ValueError):
        raise DeliveryRefused("is no whole zip", where=path.name, mend=_WHOLE) from None


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> IO[bytes]:
    try:
        return archive.open(member)
    except (*_DAMAGED, RuntimeError, UnicodeDecodeError):
        raise DeliveryRefused("is no whole zip", where=name, mend=_WHOLE) from None


def _only_member(path: Path) -> zipfile.ZipInfo:
    with _opened(path) as archive:
        members = archive.infolist()
    if len(members) != 1:
        what = f"is a zip of {len(members)} files or folders" if members else "is an empty zip"
        raise DeliveryRefused(what, where=path.name, mend="pack the one file alone")
    _refuse_unless_plain(members[0], path.name)
    if re.search(r"[/\\]", members[0].orig_filename):
        raise DeliveryRefused("holds a file in a folder", where=path.name, mend="pack the one file alone")
    return members[0]


def _refuse_unless_plain(member: zipfile.ZipInfo, name: str) -> None:
    """No name inside is repeated: it is the sender's, and may say more than it should."""
    inside = member.orig_filename
    steps = re.split(r"[/\\]", inside)
    kind = stat.S_IFMT(member.external_attr >> 16)
    faults = {
        "holds a file with a path that leads out of it": ".." in steps
        or not steps[0]
        or bool(re.match("[A-Za-z]:", inside)),
        "holds a file whose name has signs that no name has": bool(re.search(r"[\x00-\x1f\x7f\u202a-\u202e]", inside)),
        "holds a file that is named as a device": any(_DEVICE.fullmatch(step) for step in steps),
        "holds a link, not a file": stat.S_ISLNK(kind),
        "holds something that is no plain file": kind not in (0, stat.S_IFREG, stat.S_IFLNK),
        "is encrypted": bool(member.flag_bits & 0x41),
        "is packed in a way that is not read": member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED),
    }
    for what, true in faults.items():
        if true:
            raise DeliveryRefused(what, where=name, mend="pack the plain file, by the usual zip")


def _refuse_nested(target: Path, name: str) -> None:
    with target.open("rb") as stream:
        start = stream.read(512)
    packed = start.startswith(_ARCHIVES) or bool(_BZIP2.match(start)) or start[257:262] == b"ustar"
    if packed and not _is_workbook(target):
        raise DeliveryRefused("is an archive that holds an archive", where=name, mend="pack it once")


def _is_workbook(path: Path) -> bool:
    with suppress(*_DAMAGED, ValueError), zipfile.ZipFile(path) as archive:
        return WORKBOOK in archive.namelist()
    return False


def _gzip_name(path: Path) -> str:
    """FNAME and FCOMMENT of RFC 1952: after the header of ten bytes and any extra field, each up to a zero."""
    with path.open("rb") as stream:
        header = stream.read(10)
        if len(header) < 10 or header[:2] != b"\x1f\x8b" or not header[3] & 0x18:
            return ""
        if header[3] & 0x04:
            stream.read(int.from_bytes(stream.read(2), "little"))
        texts = bool(header[3] & 0x08) + bool(header[3] & 0x10)
        return "\n".join(text.decode("latin-1") for text in stream.read(8192).split(b"\0")[:texts])
