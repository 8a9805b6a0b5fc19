"""How often things happen in the simulated areas. Numbers only, each illustrative unless its source is named.

They are chosen to look like a deprived housing area of mostly older residents, not to estimate one. Rates are
per person-year at the reference age; what differs between the arms is the level, never the course over time.
"""

from __future__ import annotations

from dataclasses import dataclass

DAYS_PER_YEAR = 365.25
WEEKS_PER_YEAR = DAYS_PER_YEAR / 7
REFERENCE_AGE = 70

COMPARISON_PER_TREATED = 3
"""Comparison residents for each treated one, as in the first contract's power figures (1,000 to 3,000)."""

AREAS_PER_MUNICIPALITY = 3
"""The contract does not say where its areas lie: so many neighbours in its list share a municipality."""

PENSION_AGE = 67
"""Folkepension, for those born 1955–1962; simplified to everyone."""

PERMANENT_BENEFITS = ("783", "781")
"""DREAM codes one does not come off before pension age: førtidspension, skånejob."""


@dataclass(frozen=True)
class Mortality:
    """Gompertz: `rate × exp(slope × (age − 60))` deaths per year. 0.8 % at 60, 2.3 % at 70, 7 % at 80."""

    rate: float = 0.0078
    slope: float = 0.11
    reference_age: float = 60.0


@dataclass(frozen=True)
class Moves:
    """Yearly hazards, and where movers go."""

    tenure_years: float = 12.0
    newcomers: float = 0.05
    former: float = 0.06
    leaving: float = 0.035
    within_arm: float = 0.10
    to_other_arm: float = 0.03
    within_municipality: float = 0.30
    """Of those who move elsewhere."""
    emigrating: float = 0.003
    returning: float = 0.25
    """Of those who emigrate, after `years_abroad` on average."""
    years_abroad: float = 1.0
    to_care_home: float = 0.012
    in_care_home: float = 0.02


@dataclass(frozen=True)
class Composition:
    """Who lives in the areas, as shares of the target group unless said otherwise."""

    by_benefit: float = 0.20
    """Younger residents who belong to the target group by benefit, where age counts too."""
    ineligible: float = 0.10
    """Residents outside the target group, in addition to it."""
    oldest: float = 96.0


@dataclass(frozen=True)
class Contacts:
    """Contacts per person-year of one kind; `frailty` is the shape of the gamma that persons differ by."""

    rate: float
    age_slope: float
    frailty: float


HOSPITAL = {"admission": 0.25, "other_acute": 0.20, "planned": 1.50}
"""Hospital contacts per person-year, by kind. Acute ones together 0.45, near the 0.35 used for planning."""

OWN_UNIT_RATE = 0.20
"""Contacts with the intervention's own units per treated person-year from entry on."""

CHRONIC_TIMES = 6.0
"""How many more acute admissions there are where the contract selects on earlier use: its deliveries tell of the
chronically ill. With few of them a simulation would hold dozens of residents for each one selected."""


@dataclass(frozen=True)
class Stays:
    """How an acute admission goes on. Of the admissions, one in `again` is followed by another one."""

    again: float = 0.18
    days_until: float = 9.0
    """Mean days from discharge to that one; 96 of 100 come within 30."""
    from_ward: float = 0.25
    """Begun in an acute ward for some hours, and then transferred."""
    to_ward: float = 0.10
    """Transferred to another department before discharge."""

    @property
    def contacts(self) -> float:
        """Contacts of one admission."""
        return 1 + self.from_ward + self.to_ward


HOSPITAL_PATTERN = Contacts(rate=1.0, age_slope=0.02, frailty=1.0)
GP = Contacts(rate=8.0, age_slope=0.01, frailty=2.5)
OUT_OF_HOURS = Contacts(rate=0.5, age_slope=0.01, frailty=1.0)

TREND_PER_YEAR = 0.01
"""The growth of all contact rates, the same in both arms."""

TREATED_LEVEL = 1.15
"""The contacts of treated areas over those of comparison areas, before and after.

Services are alike in both, since a difference of means would not stay parallel between unlike levels; and so are
contacts where the contract selects on earlier use: the lower the level of an area, the further those selected fall.
"""

LATE_SHARE = 0.10
LATE_DAYS = 42
"""So many contacts are registered late, by up to so many days."""


@dataclass(frozen=True)
class Work:
    """Weekly chances of coming on and off working-age benefits: spells of 80 weeks, 25 % on one in the long
    run.
    """

    coming_on: float = 0.004
    going_off: float = 0.0125
    sick_pay: float = 0.4
    cash_benefit_code: str = "730"
    sick_pay_code: str = "890"


@dataclass(frozen=True)
class Service:
    """A service that some receive for years: `share` of those in `ages`, at the reference age, units a week."""

    share: float
    age_slope: float
    ages: tuple[int, int]
    per_week: float
    unit: float
    is_count: bool = False
    """Counted in whole units that come by chance (days away), rather than hours given every week."""


SERVICES = {
    "personal_care": Service(share=0.06, age_slope=0.09, ages=(50, 120), per_week=3.5, unit=0.25),
    "practical_help": Service(share=0.08, age_slope=0.09, ages=(50, 120), per_week=0.75, unit=0.25),
    "support": Service(share=0.20, age_slope=0.0, ages=(18, 67), per_week=1.5, unit=0.25),
    "school_absence": Service(share=0.40, age_slope=0.0, ages=(22, 55), per_week=0.35, unit=1.0, is_count=True),
}
OTHER_SERVICE = Service(share=0.10, age_slope=0.0, ages=(18, 120), per_week=1.0, unit=0.25)


@dataclass(frozen=True)
class Survey:
    """Who answers a round, how, and how answers hang together. The same in both arms."""

    response: float = 0.55
    habit: float = 0.5
    """The share of the inclination to answer that stays with the person."""
    same_person: float = 0.6
    """The correlation of a person's answers a year apart."""
    item_missing: float = 0.01
    proxy: float = 0.03
    modes: tuple[tuple[str, float], ...] = (("web", 0.6), ("paper", 0.3), ("telephone", 0.1))
    opens: tuple[int, int] = (5, 1)
    days: int = 56


CLAIMS_PER_YEAR = 0.30
CLAIM_VERIFIED = 0.90
CLAIM_DECISION_DAYS = 60
