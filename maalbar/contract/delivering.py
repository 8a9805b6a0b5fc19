"""What is delivered: one section per kind of file, how it is written, what its columns mean, and on what right it rests."""

from __future__ import annotations

from typing import Literal

from maalbar.contract.values import Count, Flag, Identifier, IsoDate, Section, Sourced

ENDINGS = {"csv": ".csv", "parquet": ".parquet", "excel": ".xlsx", "sas": ".sas7bdat", "stata": ".dta"}
"""What the name of a file of each format ends in."""
PACKED = {"none": "", "zip": ".zip", "gzip": ".gz"}
"""What stands after it when the file is packed."""


class Permission(Section):
    """The permission on which a delivery rests."""

    reference: str
    """The reference of the permission."""
    expires: IsoDate
    """The last day. A delivery that describes a later day is refused."""


class Layout(Section):
    """Another way in which the same register has been written, as LPR2 and LPR3 are. The header of a file says which it is in."""

    columns: dict[str, str]
    """Canonical column → column of the file."""
    constants: dict[str, str] = {}
    """Canonical columns that are the same in every row."""
    codes: dict[str, dict[str, str]] = {}
    """Canonical column → (code in the file → canonical code)."""
    ignored: tuple[str, ...] = ()
    """Columns of the file that are known and not kept."""
    date_format: str | None = None
    """How dates are written in this layout; that of the delivery where it is left out."""


class Delivery(Sourced):
    """One kind of file from one sender, and how its columns become the columns of a canonical table."""

    table: Literal[
        "population",
        "contacts",
        "diagnoses",
        "benefits",
        "services",
        "surveys",
        "enrolments",
        "participation",
        "claims",
        "counts",
    ]
    """The canonical table that the rows become. `enrolments` and `participation` are shown; nothing is paid or chosen by them."""
    register_name: str
    """What the sender calls the register."""
    sender: Identifier
    """The party that sends it."""
    shape: Literal["rows", "weekly_columns", "item_columns", "measure_columns"] = "rows"
    """`rows`: one row per fact. `weekly_columns`: one column per ISO week. `item_columns`: one per survey item.
    `measure_columns`: one per measure."""
    format: Literal["csv", "parquet", "excel", "sas", "stata"] = "csv"
    """How the file is written: `.csv`, `.parquet`, `.xlsx`, `.sas7bdat` or `.dta`."""
    sheet: str | None = None
    """With `excel`: the sheet that is read. Left out: the only one; a workbook with more is refused."""
    packed: Literal["none", "zip", "gzip"] = "none"
    """Whether the file comes packed: as the only file of a zip, or in gzip."""
    max_unpacked_mb: Count = 4000
    """A file that unpacks to more megabytes than this is refused before it fills a disk."""
    delimiter: Literal[";", ",", "tab"] = ";"
    """With `csv`: what separates the columns."""
    encoding: Literal["utf-8", "iso-8859-1", "windows-1252"] = "utf-8"
    """How letters are stored; a file that is not so encoded is refused."""
    decimal: Literal[",", "."] = ","
    """The decimal sign of numbers that are written as text."""
    thousands: Literal["none", ".", ",", "space"] = "none"
    """What groups the digits of numbers that are written as text. `none`: a number with such a sign is not read."""
    date_format: str = "%Y-%m-%d"
    """How dates and times are written where they are text, with %Y %m %d %H %M %S and separators."""
    complete_when: Literal["manifest", "done_file", "stable"] = "manifest"
    """When a file counts as come. `manifest`: with the manifest that names it. `done_file`: with an empty file of its name and
    `.done` after it. `stable`: when it has not changed for `stable_minutes`. The last two need `file_name`."""
    file_name: str | None = None
    """What files are called where no manifest says what they are: `dream_{as_of}.csv`, with the day as 2028-08-01 or 20280801."""
    stable_minutes: Count = 15
    """With `stable`: so many minutes without a change."""
    columns: dict[str, str]
    """Canonical column → column of the file."""
    constants: dict[str, str] = {}
    """Canonical columns that are the same in every row."""
    codes: dict[str, dict[str, str]] = {}
    """Canonical column → (code in the file → canonical code)."""
    layouts: tuple[Layout, ...] = ()
    """Other ways in which the same register has been written. A file whose header fits none, or two, is refused."""
    items: dict[str, dict[str, str]] = {}
    """With `item_columns`: scale → (item → column of the file)."""
    missing_answers: tuple[str, ...] = ()
    """With `surveys`: what is written where there is no answer, as `99` for "does not know". Such an item is not answered. Any
    other answer outside the range of its scale sets its row aside."""
    measures: dict[str, str] = {}
    """With `measure_columns`: measure → column of the file that holds its count."""
    week_prefix: str = "y_"
    """With `weekly_columns`: what stands before YYWW in the names of the weeks' columns."""
    ignored: tuple[str, ...] = ()
    """Columns of the file that are known and not kept."""
    only: dict[str, tuple[str, ...]] = {}
    """Column of the file → the values that are meant; rows with another are cancelled, like those of LPR2 in an
    extract of LPR3."""
    retracted: dict[str, tuple[str, ...]] = {}
    """Column of the file → the values that take a row back, as `Ja` in SENERE_AFKRAEFTET does. An empty cell takes
    nothing back."""
    corrections: str | None = None
    """A column of numbers: a row with a negative one takes back a row that is otherwise the same, and both
    are cancelled."""
    id_length: Count | None = None
    """The agreed number of signs of a person id; a file with others is refused."""
    empty_allowed: Flag = False
    """Whether a file without rows is a delivery; otherwise it is refused."""
    legal_basis: str
    """On what legal basis the data are held and used. A delivery without one cannot be described."""
    purpose: Literal["administration", "consent", "research", "statistics"] = "administration"
    """What the data are held for. What is held for research or statistics may not decide about one person: no price on persons
    is paid from it. What rests on consent goes with the consent."""
    controller: Identifier
    """The party that is data controller."""
    permission: Permission
    """The permission to use the data, and how long it lasts."""
    keep_until: IsoDate | None = None
    """The last day on which anything of the persons is kept; after it their rows are erased."""
