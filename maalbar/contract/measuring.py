"""What is measured, on whom, and when: calendar, cohort, comparison, deliveries."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from maalbar import periods
from maalbar.contract.values import Count, Flag, Identifier, IsoDate, Percent, Section, Sourced


class Period(Section):
    """One measurement window `[start, end)`, when its data are due, when it is run and when it is paid."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,16}$")]
    start: Annotated[IsoDate, Field(alias="from")]
    end: Annotated[IsoDate, Field(alias="to")]
    data_due: IsoDate
    run_after: IsoDate
    pay_by: IsoDate
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
    periods: tuple[Period, ...]

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
    start: Annotated[IsoDate, Field(alias="from")]
    end: Annotated[IsoDate, Field(alias="to")]

    @property
    def window(self) -> periods.Window:
        return periods.Window(self.id, self.start, self.end)


class Baseline(Sourced):
    windows: tuple[BaselineWindow, ...]


class Wave(Section):
    """Those who fulfil the conditions on `entry` and have not entered before."""

    id: Identifier
    entry: IsoDate


class Eligibility(Sourced):
    """Of age, or on one of the benefits in the week of entry; and resident for so many months before it."""

    min_age: Count | None = None
    benefit_codes: tuple[str, ...] = ()
    residence_months: Count = 0
    care_home_residents: Literal["included", "excluded"] = "included"


class Arm(Sourced):
    """Who belongs to an arm: residents of areas, or persons with an attribute."""

    areas: tuple[str, ...] = ()
    attribute: str | None = None
    values: tuple[str, ...] = ()
    note: str | None = None


class Arms(Section):
    treated: Arm
    comparison: Arm


class Cohort(Sourced):
    """`waves` are frozen at entry, once in always in; `frozen` is one wave; `open` is repeated cross-sections."""

    kind: Literal["frozen", "waves", "open"]
    waves: tuple[Wave, ...] = ()
    eligibility: Eligibility | None = None
    arms: Arms
    own_units: tuple[str, ...] = ()
    """Hospital units (SOR) of the intervention itself, whose contacts can be excluded by an indicator."""


class Permission(Section):
    reference: str
    expires: IsoDate


class Delivery(Sourced):
    """One kind of file from one sender, and how its columns become the columns of a canonical table."""

    table: Literal["population", "contacts", "benefits", "services", "surveys", "claims", "counts"]
    register_name: str
    sender: Identifier
    shape: Literal["rows", "weekly_columns", "item_columns", "measure_columns"] = "rows"
    format: Literal["csv"] = "csv"
    delimiter: Literal[";", ",", "tab"] = ";"
    encoding: Literal["utf-8", "iso-8859-1", "windows-1252"] = "utf-8"
    decimal: Literal[",", "."] = ","
    date_format: str = "%Y-%m-%d"
    complete_when: Literal["manifest"] = "manifest"
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
    ignored: tuple[str, ...] = ()
    """Columns of the file that are known and not kept."""
    empty_allowed: Flag = False
    legal_basis: str
    controller: Identifier
    permission: Permission


class Quality(Sourced):
    """What the data must carry before a figure is shown."""

    min_events: Count = 10
    max_quarantined: Percent
    """Of a delivery's rows; more than this stops the delivery."""
    min_response: Percent
    max_response_gap: Percent
    small_cell: Count = 5
