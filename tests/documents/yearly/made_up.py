"""Yearly reports as they may come: five periods, one, nothing measurable, nothing owed, the wrong way."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from maalbar.documents.facts import EffectFact
from maalbar.documents.yearly.facts import ArmsFact, PaidFact, RatesFact, ResponseCourse, YearlyFacts
from maalbar.suppressed import SUPPRESSED
from tests.documents.made_up import (
    ACUTE,
    DSI,
    KOMMUNE,
    LBF,
    LIFE,
    LITERACY,
    PERIODS,
    REGION,
    diagnosed,
    in_english,
)

UNMEASURED_LITERACY = replace(LITERACY, not_measurable="low_response: 36 %; 40 %")
MEASURED_LITERACY = replace(
    LITERACY, change=Decimal("3.1"), low=Decimal("0.4"), high=Decimal("5.8"), not_measurable=None, response_percent=44
)


def _acute(change: str, low: str, high: str) -> EffectFact:
    acute = replace(ACUTE, estimator="difference_in_differences", clusters="area")
    return replace(acute, change=Decimal(change), low=Decimal(low), high=Decimal(high))


def _life(change: str, low: str, high: str) -> EffectFact:
    return replace(LIFE, change=Decimal(change), low=Decimal(low), high=Decimal(high))


COURSE = {
    "1": (_acute("-0.04", "-0.19", "0.13"), _life("0.1", "-0.4", "0.6"), UNMEASURED_LITERACY),
    "2": (_acute("-0.09", "-0.24", "0.06"), _life("0.2", "-0.3", "0.7"), UNMEASURED_LITERACY),
    "3": (_acute("-0.13", "-0.25", "-0.01"), _life("0.4", "-0.1", "0.9"), MEASURED_LITERACY),
    "4": (_acute("-0.08", "-0.20", "0.05"), _life("0.3", "-0.2", "0.8"), MEASURED_LITERACY),
    "5": (_acute("-0.11", "-0.21", "0.00"), _life("0.5", "0.0", "1.0"), MEASURED_LITERACY),
}
RATES = (
    ("b3", "0.52", "0.50"), ("1", "0.50", "0.51"), ("2", "0.47", "0.51"), ("3", "0.45", "0.52"), ("4", "0.47", "0.51"),
    ("5", "0.46", "0.52"),
)  # fmt: skip
RESPONSES = (("1", "47", "50"), ("2", "46", "49"), ("3", "45", "51"), ("4", "43", "48"), ("5", "44", "47"))
DEATHS = (("1", "4.1", "4.0"), ("2", "3.9", "4.1"), ("3", "4.4", "4.2"), ("4", "4.0", "4.1"), ("5", "4.3", "4.4"))


def arms(rows: tuple[tuple[str, str, str], ...], until: int = 5) -> tuple[ArmsFact, ...]:
    return tuple(ArmsFact(w, Decimal(a), Decimal(b)) for w, a, b in rows if w.startswith("b") or int(w) <= until)


def paid(until: int = 5) -> tuple[PaidFact, ...]:
    def of(*amounts: int) -> dict[str, int]:
        return {str(n): amount * 100 for n, amount in enumerate(amounts[:until], 1)}

    return (
        PaidFact(REGION, DSI, of(318_000, 412_000, 940_000, 530_000, 1_396_974), 3_600_000_00),
        PaidFact(KOMMUNE, DSI, of(120_000, 160_000, 310_000, 180_000, 529_073), 1_300_000_00),
        PaidFact(LBF, None, of(96_000, 93_000, 398_000, 281_000, 232_000), 1_200_000_00),
    )


def report(until: int = 5, **changed: Any) -> YearlyFacts:
    """The report of a period of the made-up contract."""
    period, start, end = PERIODS[until - 1]
    statement = diagnosed(
        period=period, start=start, end=end, approved=True, settlement=until,
        effects=(*COURSE[period], diagnosed().effects[3]),
        course={p: effects for p, effects in COURSE.items() if int(p) <= until},
    )  # fmt: skip
    facts = YearlyFacts(
        statement=statement,
        treated=Decimal(1003),
        comparison=Decimal(2900),
        rates=RatesFact(ACUTE.title, ACUTE.unit, arms(RATES, until)),
        responses=(ResponseCourse(("Livstilfredshed", "Sundhedskompetence"), arms(RESPONSES, until)),),
        mortality=arms(DEATHS, until),
        paid=paid(until),
        worth_minor={"region": 241_500_00, "kommune": 84_000_00, "stat": 42_000_00},
        profile="public@1",
    )
    return replace(facts, **changed)


def of_statement(facts: YearlyFacts, **changed: Any) -> YearlyFacts:
    """The same report of a statement that is changed so."""
    return replace(facts, statement=replace(facts.statement, **changed))


def _all(effects: tuple[EffectFact, ...], **changed: Any) -> tuple[EffectFact, ...]:
    return tuple(replace(effect, **changed) for effect in effects)


def unmeasurable() -> YearlyFacts:
    """Period 1, in which nothing can be measured: the data of one have not come, few have answered the other, nothing is owed."""
    facts = report(1, worth_minor={}, paid=tuple(replace(p, by_period={"1": 0}) for p in paid(1)))
    gone: dict[str, Any] = {"change": None, "low": None, "high": None, "detectable": None}
    acute, life, literacy = COURSE["1"]
    effects = (
        replace(acute, not_measurable="no_delivery: hospital_contacts", **gone),
        replace(life, not_measurable="low_response: 36 %; 40 %", **gone),
        replace(literacy, not_measurable="no_survey_before"),
    )
    rates = (ArmsFact("b3", Decimal("0.52"), Decimal("0.5")), ArmsFact("1", None, None))
    facts = replace(facts, rates=RatesFact(ACUTE.title, ACUTE.unit, rates))
    return of_statement(facts, effects=effects, course={"1": effects})


def wrong_way() -> YearlyFacts:
    """Period 3, in which contacts rise beyond chance, and what was settled before is taken back in part."""
    worse = (_acute("0.12", "0.02", "0.23"), _life("-0.4", "-0.9", "0.1"), UNMEASURED_LITERACY)
    facts = report(3, worth_minor={"region": -241_500_00, "kommune": -84_000_00, "stat": -42_000_00})
    course = {**facts.statement.course, "3": worse}
    back = PaidFact(REGION, DSI, {"1": 318_000_00, "2": 412_000_00, "3": -250_000_00}, 3_600_000_00)
    others = (replace(p, by_period=p.by_period | {"3": 0}) for p in facts.paid[1:])
    return of_statement(replace(facts, paid=(back, *others)), effects=worse, course=course)


def small() -> YearlyFacts:
    """A contract of few persons: most of what is counted may not leave."""
    hidden = (ArmsFact("1", SUPPRESSED, Decimal("4.0")), ArmsFact("2", SUPPRESSED, SUPPRESSED))
    return report(
        2, treated=SUPPRESSED, mortality=hidden, worth_minor={"region": SUPPRESSED, "kommune": SUPPRESSED},
        responses=(ResponseCourse(("Livstilfredshed",), hidden),),
    )  # fmt: skip


def english(facts: YearlyFacts) -> YearlyFacts:
    """The same report for a reader of English."""
    rates = facts.rates and replace(facts.rates, title="Acute hospital contacts", unit="contacts per person-year")
    titles = {"Livstilfredshed": "Life satisfaction", "Sundhedskompetence": "Health literacy"}
    responses = tuple(replace(course, titles=tuple(titles[t] for t in course.titles)) for course in facts.responses)
    return replace(facts, statement=in_english(facts.statement), rates=rates, responses=responses)


CASES = {
    "five": report(),
    "rehearsed": of_statement(report(4), rehearsal_years=-5),
    "first": report(1),
    "unmeasurable": unmeasurable(),
    "nothing_owed": report(2, paid=tuple(replace(p, by_period={"1": 0, "2": 0}) for p in paid(2))),
    "wrong_way": wrong_way(),
    "small": small(),
    "without_surveys": report(3, responses=(), mortality=(), worth_minor={}, rates=None),
}
