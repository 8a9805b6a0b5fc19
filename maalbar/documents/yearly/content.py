"""What a yearly report holds, in words and order, before anything is laid out. Every text is final, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass

from maalbar.documents.content import Part, Table


@dataclass(frozen=True)
class Picture:
    """A drawing below its heading, and the table of its numbers.

    `says`: what to see in it, in a sentence. `alt`: the same for those who do not see it.
    """

    heading: str
    says: str
    alt: str
    drawing: str
    table: Table


@dataclass(frozen=True)
class Bar:
    """One bar of several below each other, with the words at both of its ends."""

    label: str
    told: str
    drawing: str


@dataclass(frozen=True)
class Bars:
    """Bars below their heading."""

    heading: str
    says: str
    rows: tuple[Bar, ...]
    table: Table


@dataclass(frozen=True)
class Box:
    """A table that is no picture, with its remark."""

    heading: str
    says: str
    table: Table


@dataclass(frozen=True)
class YearlyDocument:
    """Two pages: the answer and the effects on the first; the rest, and what is uncertain, on the second.

    `mark` stands on every page of a rehearsal, `warning` below the title where terms are illustrative, or the report no longer
    holds. `numbers`: the words over the numbers of a picture. `danish`: texts within the others that are Danish where the
    document is not.
    """

    language: str
    title: str
    subtitle: str
    contract: str
    status: str
    mark: str | None
    warning: str | None
    skip: str
    in_short: str
    short: tuple[Part, ...]
    effects_title: str
    reading: str
    first: tuple[Picture, ...]
    groups_title: str
    second: tuple[Picture, ...]
    owed: Bars
    worth: Box | None
    uncertain_title: str
    uncertain: tuple[str, ...]
    remark: str
    numbers: str
    passport: str
    page_of: tuple[str, str]
    danish: tuple[str, ...] = ()
