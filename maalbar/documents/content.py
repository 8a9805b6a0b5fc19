"""What a document holds, in words and order, before anything is laid out: both templates draw from this alone.

Every text is final and in the reader's language; no template formats a number or chooses a word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Part:
    """A sentence or a few of a line: `lead` is set in bold, `rest` follows it."""

    lead: str
    rest: str = ""

    @property
    def text(self) -> str:
        return f"{self.lead} {self.rest}".strip()


@dataclass(frozen=True)
class Line:
    """One numbered line of page one; its parts stand below each other."""

    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        return " ".join(part.text for part in self.parts)


@dataclass(frozen=True)
class Table:
    """Rows of text. `numeric` says which columns stand flush right; the first column names the row."""

    caption: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    total: tuple[str, ...] | None = None
    groups: tuple[tuple[str, int], ...] = ()
    """Headings over several columns each (text, number of columns), together all columns; none when empty."""
    code: bool = False
    """Whether the last column is for machines (hashes), set in a fixed width."""
    kind: Literal["table"] = "table"


@dataclass(frozen=True)
class Items:
    """Sentences below each other: numbered steps when `ordered`."""

    texts: tuple[str, ...]
    title: str | None = None
    ordered: bool = False
    kind: Literal["items"] = "items"


@dataclass(frozen=True)
class Note:
    """A remark in small type."""

    text: str
    kind: Literal["note"] = "note"


@dataclass(frozen=True)
class Figure:
    """The place of a chart. `alt` says in words what it shows; `drawing` is its name among the drawings."""

    caption: str
    alt: str
    drawing: str = "course"
    kind: Literal["figure"] = "figure"


Block = Table | Items | Note | Figure


@dataclass(frozen=True)
class Section:
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """One whole document. `mark` stands on every page of a rehearsal, `page_of` around the number of a page.

    `skip`: the words of the link to the first line. `danish`: texts within the others that are Danish where the document is not.
    """

    language: str
    title: str
    contract: str
    period: str
    status: str
    mark: str | None
    page_one: str
    passport: str
    page_of: tuple[str, str]
    lines: tuple[Line, ...]
    sections: tuple[Section, ...]
    skip: str
    danish: tuple[str, ...] = ()
