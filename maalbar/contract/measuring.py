"""What is measured, on whom, and when: calendar, cohort, comparison, quality."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from maalbar import periods
from maalbar.contract.values import Count, DefinitionRef, Identifier, IsoDate, Percent, Section, Sourced


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


class EarlierUse(Section):
    """So much of an indicator in the months before the day of entry, by the same definition as everywhere."""

    indicator: DefinitionRef
    """What is counted: an indicator of contacts or of hospital stays."""
    at_least: Count = 1
    """So many, or more. For what comes in hundredths (hours, days), whole units."""
    months: Count = 12
    """The months up to the day before entry. Every person is looked at over all of them, in both arms alike. Those of the first
    wave do not begin before the first baseline window: nothing promises data from before it."""

    def since(self, entry: date) -> date:
        """The first day of the months before a day of entry."""
        return periods.add_months(entry, -self.months)


class Eligibility(Sourced):
    """Of age, or on one of the benefits in the week of entry; resident for so many months before it; and so much earlier use."""

    min_age: Count | None = None
    """Old enough in whole years, reckoned from the first of the birth month. Left out: age gives no entry."""
    benefit_codes: tuple[str, ...] = ()
    """Codes of the benefits that give entry to those who are not old enough. Without codes and age everyone enters."""
    residence_months: Count = 0
    """The person has lived in the area for at least so many months before the day of entry."""
    care_home_residents: Literal["included", "excluded"] = "included"
    """Whether residents of care homes enter, in both arms."""
    earlier_use: EarlierUse | None = None
    """Only those enter who had so much of it before. Those selected on a high year have a lower one next, whatever is done for
    them: such a contract needs a comparison that is selected in the same way. `before_after` is refused for it, and as the
    fallback of a price."""


class AreaDates(Section):
    """When an area is on the list of its arm. Entry looks at the list of that day; who has entered stays."""

    area: str
    """One of the arm's `areas`."""
    start: Annotated[IsoDate | None, Field(alias="from")] = None
    """The first day on which residents enter; left out: always."""
    end: Annotated[IsoDate | None, Field(alias="to")] = None
    """The first day on which they no longer enter; left out: never."""


class Arm(Sourced):
    """Who belongs to an arm: residents of areas, or persons with an attribute."""

    areas: tuple[str, ...] = ()
    """The areas whose residents on the day of entry belong to the arm. Give this or `attribute`."""
    dates: tuple[AreaDates, ...] = ()
    """Areas that are on the list for a time only. Those not named here are always on it."""
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


class Standard(Section):
    """What rates are standardised to: the cohort of the treated arm at entry, or a published population."""

    population: Literal["cohort"] | DefinitionRef = "cohort"
    """`cohort`: the treated arm at entry. Else a definition under `definitions/populations`, which is by age alone."""
    by: tuple[Literal["age", "sex", "benefit"], ...] = ("age", "sex", "benefit")
    """What rates are standardised by, as it was on the day of entry."""
    age_bands: tuple[Count, ...] = (0, 60, 70, 80)
    """The lowest age of each band, in whole years. With a published population its own bands count."""


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
    known_before: EarlierUse | None = None
    """Shown in the table of who entered: how many had so much of it before (`kendt af regionen i forvejen`). Selects nobody."""
    standard: Standard = Standard()
    """The population that rates are standardised to."""


class Quality(Sourced):
    """What the data must carry before a figure is shown."""

    min_events: Count = 10
    """For a `ratio`: fewer events than this in an arm before or after, and the effect is not measurable."""
    max_quarantined: Percent
    """Of a delivery's rows; more than this stops the delivery."""
    max_volume_change: Percent = Decimal("0.20")
    """Rows or persons of a delivery that differ by more from the delivery before, for the same time, stop it until a person has
    decided. Less history than a hundred rows tells nothing."""
    max_unknown: Percent = Decimal("0.05")
    """Of a delivery's persons those whom the population of the same period does not know, and of diagnoses those without a
    contact; more than this stops it."""
    max_vanished: Percent = Decimal("0.05")
    """Of the persons of the population those who are gone from the next delivery, or appear in it in time already told of; more
    than this stops it, more than a fifth of this is warned of."""
    min_complete: Percent = Decimal("0.95")
    """How much of a month must be registered, as far as the delivery before tells, when the last month of a period is read."""
    late_registration: Literal["warns", "stops"] = "warns"
    """What happens to a delivery that comes before so much of the period's last month is registered."""
    min_response: Percent
    """A survey with a lower response in either arm is not measurable."""
    max_response_gap: Percent
    """A survey whose arms respond further apart than this is not measurable."""
    small_cell: Count = 5
    """Counts from 1 to below this are never shown, and prices on persons need `min_units` of at least this."""
    few_areas: Literal["approximate", "not_measurable"] = "approximate"
    """With `clusters: area` and fewer areas than an interval can be trusted with (`docs/calibration.md`): the interval is called
    approximate, or there is no result."""
    max_imbalance: Percent = Decimal("0.25")
    """With `matched_comparison`: a standardised difference between the matched arms above this, and there is no result."""
    non_response: Literal["unweighted", "weighted"] = "unweighted"
    """`weighted`: answers count by how many of their age band, sex, benefit and arm they answer for. Both are shown."""
    last_days: Count = 90
    """The last days of life that are left out in the sensitivity analysis of counted outcomes."""
    mortality: Literal["shown", "holds"] = "shown"
    """`holds`: when mortality is higher in the treated arm than the interval of the ratio allows for chance, counted outcomes
    are not measurable. Fewer contacts by dying is no effect."""
