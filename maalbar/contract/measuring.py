"""What is measured, on whom, and when: calendar, cohort, comparison, deliveries."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from maalbar import periods
from maalbar.contract.values import Count, Flag, Identifier, IsoDate, Percent, Section, Sourced


class Period(Section):
    """One measurement window `[start, end)`, when its data are due, when it is run and when it is paid."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,16}$")]
    """Its name, in results, the ledger and file names; nothing derives a year from a date."""
    start: Annotated[IsoDate, Field(alias="from")]
    """The first day. It is the `to` of the period before."""
    end: Annotated[IsoDate, Field(alias="to")]
    """The first day after the period. A period is made of whole months."""
    data_due: IsoDate
    """The last day on which deliveries for the period count. Later ones are a correction."""
    run_after: IsoDate
    """The day from which the period is measured, at midnight of `timezone`; not before `to`."""
    pay_by: IsoDate
    """The last day of payment. Capital, returns and `not_before` are reckoned on this day."""
    budget_year: str | None = None
    """The budget year that bears what is paid for the period; the calendar year of `pay_by` where it is left out."""

    @property
    def year(self) -> str:
        return self.budget_year or str(self.pay_by.year)

    @property
    def window(self) -> periods.Window:
        return periods.Window(self.id, self.start, self.end)


class Calendar(Sourced):
    """All periods in order. The first is period 0: enrolment and baseline, measured and never paid."""

    timezone: str
    """The time zone of all times without one, like `Europe/Copenhagen`."""
    periods: tuple[Period, ...]
    """In order, each beginning where the one before ends; at least period 0 and one followed period."""

    def period(self, period_id: str) -> Period:
        """The period of that id. Raises KeyError."""
        for period in self.periods:
            if period.id == period_id:
                return period
        raise KeyError(period_id)

    @property
    def followed(self) -> tuple[Period, ...]:
        """The periods that effects are measured in: all but period 0."""
        return self.periods[1:]

    def until(self, period_id: str) -> tuple[Period, ...]:
        """The followed periods up to and including that one."""
        last = self.periods.index(self.period(period_id))
        return self.periods[1 : last + 1]


class BaselineWindow(Section):
    """A stretch of time before the intervention."""

    id: Identifier
    """Its name; not that of a period."""
    start: Annotated[IsoDate, Field(alias="from")]
    """The first day."""
    end: Annotated[IsoDate, Field(alias="to")]
    """The first day after it; not inside the follow-up. A window is made of whole months."""

    @property
    def window(self) -> periods.Window:
        return periods.Window(self.id, self.start, self.end)


class Baseline(Sourced):
    """The time before, which effects are measured against."""

    windows: tuple[BaselineWindow, ...]
    """In order of time, without overlap; the intervention's own time is not among them."""


class Wave(Section):
    """Those who fulfil the conditions on `entry` and have not entered before."""

    id: Identifier
    """Its name."""
    entry: IsoDate
    """The day on which the conditions are judged, once; a later wave enters later."""


class Eligibility(Sourced):
    """Of age, or on one of the benefits in the week of entry; and resident for so many months before it."""

    min_age: Count | None = None
    """Old enough in whole years, reckoned from the first of the birth month. Left out: age gives no entry."""
    benefit_codes: tuple[str, ...] = ()
    """Codes of the benefits that give entry to those who are not old enough. Without codes and age everyone enters."""
    residence_months: Count = 0
    """The person has lived in the area for at least so many months before the day of entry."""
    care_home_residents: Literal["included", "excluded"] = "included"
    """Whether residents of care homes enter, in both arms."""


class Arm(Sourced):
    """Who belongs to an arm: residents of areas, or persons with an attribute."""

    areas: tuple[str, ...] = ()
    """The areas whose residents on the day of entry belong to the arm. Give this or `attribute`."""
    attribute: str | None = None
    """With `kind: open`: what divides the arms, as the sender's column calls it."""
    values: tuple[str, ...] = ()
    """With `attribute`: the values that belong to the arm."""
    note: str | None = None
    """How the arm was chosen."""


class Arms(Section):
    """Those whom the intervention is for, and those they are compared with."""

    treated: Arm
    """Those whom the intervention is for, whether or not they take part."""
    comparison: Arm
    """Those who show what would have come without it. No area is in both arms."""


class Cohort(Sourced):
    """`waves` are frozen at entry, once in always in; `frozen` is one wave; `open` is repeated cross-sections."""

    kind: Literal["frozen", "waves", "open"]
    """`waves`: on several days. `frozen`: on one. `open`: nobody enters, each period is a cross-section of its own."""
    waves: tuple[Wave, ...] = ()
    """In order of entry; one with `frozen`, none with `open`."""
    eligibility: Eligibility | None = None
    """Who of the residents enters. Left out: everyone."""
    arms: Arms
    """Who is followed, and who is compared with."""
    own_units: tuple[str, ...] = ()
    """Hospital units (SOR) of the intervention itself, whose contacts can be excluded by an indicator."""


class Permission(Section):
    """The permission on which a delivery rests."""

    reference: str
    """The reference of the permission."""
    expires: IsoDate
    """The last day. A delivery that describes a later day is refused."""


class Delivery(Sourced):
    """One kind of file from one sender, and how its columns become the columns of a canonical table."""

    table: Literal["population", "contacts", "benefits", "services", "surveys", "claims", "counts"]
    """The canonical table that the rows become."""
    register_name: str
    """What the sender calls the register."""
    sender: Identifier
    """The party that sends it."""
    shape: Literal["rows", "weekly_columns", "item_columns", "measure_columns"] = "rows"
    """`rows`: one row per fact. `weekly_columns`: one column per ISO week. `item_columns`: one per survey item.
    `measure_columns`: one per measure."""
    format: Literal["csv"] = "csv"
    """The only format that is read."""
    delimiter: Literal[";", ",", "tab"] = ";"
    """What separates the columns."""
    encoding: Literal["utf-8", "iso-8859-1", "windows-1252"] = "utf-8"
    """How letters are stored; a file that is not so encoded is refused."""
    decimal: Literal[",", "."] = ","
    """The decimal sign of numbers."""
    date_format: str = "%Y-%m-%d"
    """How dates and times are written, with %Y %m %d %H %M %S and separators."""
    complete_when: Literal["manifest"] = "manifest"
    """A delivery counts when its manifest has come."""
    columns: dict[str, str]
    """Canonical column → column of the file."""
    constants: dict[str, str] = {}
    """Canonical columns that are the same in every row."""
    codes: dict[str, dict[str, str]] = {}
    """Canonical column → (code in the file → canonical code)."""
    items: dict[str, dict[str, str]] = {}
    """With `item_columns`: scale → (item → column of the file)."""
    measures: dict[str, str] = {}
    """With `measure_columns`: measure → column of the file that holds its count."""
    week_prefix: str = "y_"
    """With `weekly_columns`: what stands before YYWW in the names of the weeks' columns."""
    ignored: tuple[str, ...] = ()
    """Columns of the file that are known and not kept."""
    empty_allowed: Flag = False
    """Whether a file without rows is a delivery; otherwise it is refused."""
    legal_basis: str
    """On what legal basis the data are held and used. A delivery without one cannot be described."""
    controller: Identifier
    """The party that is data controller."""
    permission: Permission
    """The permission to use the data, and how long it lasts."""


class Quality(Sourced):
    """What the data must carry before a figure is shown."""

    min_events: Count = 10
    """For a `ratio`: fewer events than this in an arm before or after, and the effect is not measurable."""
    max_quarantined: Percent
    """Of a delivery's rows; more than this stops the delivery."""
    min_response: Percent
    """A survey with a lower response in either arm is not measurable."""
    max_response_gap: Percent
    """A survey whose arms respond further apart than this is not measurable."""
    small_cell: Count = 5
    """Counts from 1 to below this are never shown, and prices on persons need `min_units` of at least this."""
