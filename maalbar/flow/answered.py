"""Who answered the surveys, as far as it may be told. What is decided here holds in every table, check and sentence.

Three numbers are told of an arm in a window: its answers, those who could have answered, and the answers in per cent of them.
Answers are no part of the cohort's course, and are shown unless they, or those who gave none, are few. Those who could have
answered are nearly those who were there at the end: where these are withheld, or differ from them by few, they are withheld,
and the percentage with them. What a measuring room has withheld comes as None, and stays so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from maalbar import definitions
from maalbar.definitions import SurveyIndicator
from maalbar.documents.facts import ResponseFact
from maalbar.documents.findings import Arm
from maalbar.documents.refusals import UNKNOWN
from maalbar.flow.cohort_figures import cohort_facts
from maalbar.flow.evidence import Evidence, Row
from maalbar.flow.withheld import gives_away, told, withheld

ARMS: tuple[Arm, Arm] = ("treated", "comparison")
TOLD_BY_PERCENT = "low_response"
"""The refusal that names the percentage of those who answered."""


@dataclass(frozen=True)
class Answered:
    """What may be told of those who answered: answers, those who could have, per cent; each None where it is withheld."""

    answers: int | None
    asked: int | None
    percent: int | None


def response_facts(evidence: Evidence, period: str) -> tuple[ResponseFact, ...]:
    """Who answered the surveys, in every window and both arms: answers of those who could have answered."""
    small = evidence.contract.quality.small_cell
    rows = [row for row in evidence.values[period] if _is_of_answers(evidence, row)]
    at_end = _at_end(evidence, period) if rows else {}
    found = []
    for row in rows:
        hides_asked = _hides_asked(row, at_end, small)
        shown = answered(row["persons"], row["invited"], small, hides_asked=hides_asked)
        found.append(
            ResponseFact(row["outcome"], row["window_id"], row["arm"], shown.answers, shown.asked, shown.percent)
        )
    order = [window.id for window in evidence.contract.windows_until(period)]
    return tuple(sorted(found, key=lambda r: (order.index(r.window), r.arm != "treated")))


def answered(
    answers: int | None, asked: int | None, small: int, *, hides_asked: bool = False, hides_answers: bool = False
) -> Answered:
    """What may be told of so many answers of so many who could have answered; None is not known or withheld before.

    `hides_asked`, `hides_answers`: something else on the pages forbids to tell them.
    """
    is_told = not hides_answers and withheld(answers, small) is not None
    if asked and answers is not None and gives_away(asked, answers, small):
        is_told = False
    given, could = answers if is_told else None, None if hides_asked else asked
    return Answered(given, could, _percent(given, could) if given is not None and could else None)


def answered_over(evidence: Evidence, period: str, outcome: str, basis: str) -> dict[Arm, Answered]:
    """What may be told of the answers of both arms over all windows that a basis looks at: no sum of which a part is withheld."""
    windows = [period] if basis == "period" else [p.id for p in evidence.contract.calendar.until(period)]
    facts = [f for f in response_facts(evidence, period) if f.outcome == outcome and f.window in windows]
    rows = [row for row in evidence.values[period] if row["outcome"] == outcome and row["window_id"] in windows]
    looked = _check_of(evidence, period, outcome, basis)
    found = {}
    for arm in ARMS:
        mine = [fact for fact in facts if fact.arm == arm]
        answers = looked.get(f"answered_{arm}", _sum(row["persons"] for row in rows if row["arm"] == arm))
        asked = looked.get(f"invited_{arm}", _sum(row["invited"] for row in rows if row["arm"] == arm))
        found[arm] = answered(
            told(answers),
            told(asked),
            evidence.contract.quality.small_cell,
            hides_asked=any(fact.asked is None for fact in mine),
            hides_answers=any(fact.answers is None for fact in mine),
        )
    return found


def hides_percent(evidence: Evidence, period: str, outcome: str, basis: str) -> bool:
    """Whether the percentage of either arm over the windows of a basis is withheld."""
    return any(shown.percent is None for shown in answered_over(evidence, period, outcome, basis).values())


def told_reason(reason: str, hides_answers: bool) -> str:
    """A refusal's code and details; without the percentage that answered, where that would tell how many did."""
    code, _, rest = reason.partition(": ")
    if code != TOLD_BY_PERCENT or not hides_answers:
        return reason
    return f"{code}: {'; '.join([UNKNOWN, *rest.split('; ')[1:]])}"


def _percent(answers: int, asked: int) -> int:
    return round(Fraction(100 * answers, asked))


def _sum(numbers: Iterable[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def _check_of(evidence: Evidence, period: str, outcome: str, basis: str) -> Row:
    """The figures of the check of the response, of which there is none before anything is measured."""
    wanted = (outcome, basis, "check.response")
    rows = (r for r in evidence.diagnostics[period] if (r["outcome"], r["basis"], r["name"]) == wanted)
    return next((row["figures"] for row in rows), {})


def _is_of_answers(evidence: Evidence, row: Row) -> bool:
    indicator = definitions.indicator(evidence.contract.outcomes[row["outcome"]].indicator)
    return isinstance(indicator, SurveyIndicator)


def _at_end(evidence: Evidence, period: str) -> dict[tuple[str, str], int | None]:
    """(arm, window) → those who were there at its end, None where that is withheld."""
    followed = cohort_facts(evidence, period).followed
    return {
        (fact.arm, fact.period): fact.counts["present_at_end"] for fact in followed if "present_at_end" in fact.counts
    }


def _hides_asked(row: Row, at_end: dict[tuple[str, str], int | None], small: int) -> bool:
    """Whether those who could have answered would tell those there at the end, or the few who answered and were not there."""
    cell = (row["arm"], row["window_id"])
    if row["invited"] is None or cell not in at_end:
        return False
    there = at_end[cell]
    return there is None or withheld(abs(row["invited"] - there), small) is None
