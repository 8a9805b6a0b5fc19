"""Checked text: the bytes of a text file as UTF-8, refused at the first that cannot be meant.

What is found is told by its place, and never with the text around it.
"""

from __future__ import annotations

import codecs
import io
from typing import IO

import numpy as np

from maalbar.errors import DeliveryRefused

PIECE = 1 << 20
"""Bytes that are looked at together."""

_QUOTE = ord('"')
_NEWLINE = ord("\n")
_RETURN = ord("\r")


class Source(io.RawIOBase):
    """A text file in any agreed encoding, read as UTF-8 without a byte order mark.

    Raises DeliveryRefused from `read` for a byte that is not in the encoding, for a file that is UTF-8 where another is
    agreed, for a zero byte, and for a quotation mark that neither begins nor ends a cell (RFC 4180, 2.5 to 2.7).
    """

    def __init__(self, raw: IO[bytes], encoding: str, delimiter: str, name: str) -> None:
        self._raw, self._encoding, self._name = raw, encoding, name
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._as_utf8 = _AsUtf8()
        self._quotes = _Quotes(delimiter, name)
        self._ahead = bytearray()
        self._read = 0
        self._has_letters = False
        self._ended = False

    def readable(self) -> bool:
        return True

    def peek(self, size: int) -> bytes:
        """Up to so many bytes, which stay to be read."""
        while len(self._ahead) < size and not self._ended:
            self._ahead += self._next()
        return bytes(self._ahead[:size])

    def skip(self, size: int) -> None:
        """Leave out bytes that were peeked at."""
        del self._ahead[:size]

    def read(self, size: int = -1) -> bytes:
        piece = self.peek(size if size >= 0 else PIECE)
        self.skip(len(piece))
        return piece

    def _next(self) -> bytes:
        raw = self._raw.read(PIECE)
        self._ended = not raw
        if self._read == 0 and raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            self._refuse("it looks like utf-16", f"send it in the agreed encoding ({self._encoding})")
        zero = raw.find(b"\0")
        if zero >= 0:
            self._refuse(f"a zero byte at byte {self._read + zero}", "send text alone, in the agreed encoding")
        waiting = len(self._decoder.getstate()[0])
        try:
            text = self._decoder.decode(raw, final=self._ended)
        except UnicodeDecodeError as error:
            place = f"not {self._encoding} at byte {self._read - waiting + error.start}"
            # Where other letters could be read before it, the file is damaged there and not written otherwise.
            seems = "" if self._has_letters or not raw[: error.start].isascii() else _looks_like(raw)
            self._refuse_encoding(place, seems)
        if self._encoding != "utf-8":
            self._refuse_other_encoding(raw)
        first = self._read == 0
        self._has_letters = self._has_letters or not text.isascii()
        self._read += len(raw)
        checked = (text.removeprefix("\ufeff") if first else text).encode()
        self._quotes.follow(checked, self._ended)
        return checked

    def _refuse_other_encoding(self, raw: bytes) -> None:
        """Every byte is a letter in the encodings of one byte, so a wrong one must be told by what it would mean."""
        if self._read == 0 and raw.startswith(codecs.BOM_UTF8):
            self._refuse_encoding(f"begins with the mark of utf-8, and {self._encoding} is agreed", "utf-8")
        self._as_utf8.follow(raw, self._ended)
        if self._ended and self._as_utf8.found:
            self._refuse_encoding(f"is utf-8, and {self._encoding} is agreed", "utf-8")
        if self._encoding == "iso-8859-1":
            values = np.frombuffer(raw, np.uint8)
            # 0x80 to 0x9f are no letters in ISO-8859-1. Windows-1252 has some there, and UTF-8 the second byte of Æ, Ø, Å.
            controls = np.flatnonzero((values >= 0x80) & (values < 0xA0))
            if len(controls):
                place = f"not {self._encoding} at byte {self._read + int(controls[0])}"
                self._refuse_encoding(place, "utf-8" if self._as_utf8.found else "windows-1252")

    def _refuse_encoding(self, what: str, seems: str) -> None:
        """Refuse what is not in the agreed encoding; `seems`: the one it looks like, or nothing."""
        looks = f"; it looks like {seems}" if seems and seems not in what else ""
        amended = f"; or, if all files will be so, say `encoding: {seems}` in the contract" if seems else ""
        self._refuse(f"{what}{looks}", f"send it in the agreed encoding ({self._encoding}){amended}")

    def _refuse(self, what: str, mend: str) -> None:
        raise DeliveryRefused(what, where=self._name, mend=mend) from None


def _looks_like(raw: bytes) -> str:
    """The encoding of one byte a letter that bytes which are not UTF-8 seem to be in: 0x80 to 0x9f are letters in one alone."""
    values = np.frombuffer(raw, np.uint8)
    return "windows-1252" if ((values >= 0x80) & (values < 0xA0)).any() else "iso-8859-1"


class _AsUtf8:
    """Whether bytes of an encoding of one byte a letter are UTF-8 all through: chance does not make that."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._valid = True
        self._letters = False

    @property
    def found(self) -> bool:
        return self._valid and self._letters

    def follow(self, raw: bytes, last: bool) -> None:
        if not self._valid:
            return
        self._letters = self._letters or not raw.isascii()
        try:
            self._decoder.decode(raw, final=last)
        except UnicodeDecodeError:
            self._valid = False


class _Quotes:
    """Follows quotation marks: the odd ones open a cell at its beginning, the even ones close it at its end.

    A doubled mark inside a cell closes and opens again, so that rule holds for it too.
    """

    def __init__(self, delimiter: str, name: str) -> None:
        self._ends = np.array([ord(delimiter), _NEWLINE, _RETURN, _QUOTE], np.uint8)
        self._name = name
        self._open = False
        self._before = _NEWLINE
        self._line = 1

    def follow(self, text: bytes, last: bool) -> None:
        """Look at the next bytes. A mark at the end of a piece is judged by the one that opens the next."""
        if self._before == _QUOTE and not self._open and text and text[0] not in self._ends:
            self._refuse(self._line)
        if _QUOTE in text:
            values = np.frombuffer(text, np.uint8)
            marks = np.flatnonzero(values == _QUOTE)
            opens = (np.arange(len(marks)) % 2 == 0) != self._open
            before = np.concatenate(([self._before], values[:-1]))[marks]
            after = np.concatenate((values[1:], [_NEWLINE]))[marks]
            wrong = np.where(opens, ~np.isin(before, self._ends), ~np.isin(after, self._ends))
            if wrong.any():
                self._refuse(self._line + text.count(b"\n", 0, int(marks[wrong.argmax()])))
            self._open ^= bool(len(marks) % 2)
        self._line += text.count(b"\n")
        self._before = text[-1] if text else self._before
        if last and self._open:
            raise DeliveryRefused("ends inside a quoted cell", where=self._name, mend="send it whole")

    def _refuse(self, line: int) -> None:
        raise DeliveryRefused(
            f"a quotation mark on line {line} neither begins nor ends a cell",
            where=self._name,
            mend="quote the whole cell and double the marks inside it",
        )
