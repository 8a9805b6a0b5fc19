"""Who answered the surveys, as far as it may be told: no count of few, of those who answered or of those who did not."""

from __future__ import annotations

from maalbar import definitions
from maalbar.bundle import WITHHELD
from maalbar.definitions import SurveyIndicator
from maalbar.documents.facts import ResponseFact
from maalbar.documents.refusals import UNKNOWN
from maalbar.flow.cohort_figures import cohort_facts
from maalbar.flow.evidence import Evidence, Row
from maalbar.flow.withheld import gives_away, withheld

SIDES = ("treated", "comparison")
TOLD_BY_PERCENT = "low_response"
"""The refusal that names the percentage of those who answered."""


def response_facts(evidence: Evidence, period: str) -> tuple[ResponseFact, ...]:
    """Who answered the surveys, in every window and both arms: answers of those who could have answered."""
    small, found = evidence.contract.quality.small_cell, []
    rows = [row for row in evidence.values[period] if _is_of_answers(evidence, row)]
    unknown = _hidden_at_end(evidence, period) if rows else set()
    for row in rows:
        is_unknown = (row["arm"], row["window_id"]) in unknown
        asked, shown = (None, None) if is_unknown else (row["invited"], answers(row, small))
        percent = round(100 * shown / asked) if asked and shown is not None else None
        found.append(ResponseFact(row["outcome"], row["window_id"], row["arm"], shown, asked, percent))
    order = [window.id for window in evidence.contract.windows_until(period)]
    return tuple(sorted(found, key=lambda r: (order.index(r.window), r.arm != "treated")))


def answers(row: Row, small: int) -> int | None:
    """The answers of a survey; withheld where they or those who gave none are few, for it is known who could have answered."""
    told_both = row["persons"] is not None and row["invited"]
    if told_both and gives_away(row["invited"], row["persons"], small):
        return None
    return withheld(row["persons"], small)


def is_hidden(evidence: Evidence, period: str, outcome: str, basis: str) -> bool:
    """Whether the answers that a basis looks at are told of with something withheld; then no share of them may be told."""
    windows = [period] if basis == "period" else [p.id for p in evidence.contract.calendar.until(period)]
    facts = [fact for fact in response_facts(evidence, period) if fact.outcome == outcome and fact.window in windows]
    small = evidence.contract.quality.small_cell
    pooled = [
        (row["figures"].get(f"invited_{side}"), row["figures"].get(f"answered_{side}"))
        for row in evidence.diagnostics[period]
        if (row["outcome"], row["basis"], row["name"]) == (outcome, basis, "check.response")
        for side in SIDES
    ]
    return any(fact.answers is None for fact in facts) or any(
        WITHHELD in (whole, part) or gives_away(whole, part, small)
        for whole, part in pooled
        if whole is not None and part is not None
    )


def told_reason(reason: str, hides_answers: bool) -> str:
    """A refusal's code and details; without the percentage that answered, where that would tell how many did."""
    code, _, rest = reason.partition(": ")
    if code != TOLD_BY_PERCENT or not hides_answers:
        return reason
    return f"{code}: {'; '.join([UNKNOWN, *rest.split('; ')[1:]])}"


def _is_of_answers(evidence: Evidence, row: Row) -> bool:
    indicator = definitions.indicator(evidence.contract.outcomes[row["outcome"]].indicator)
    return isinstance(indicator, SurveyIndicator)


def _hidden_at_end(evidence: Evidence, period: str) -> set[tuple[str, str]]:
    """(arm, window) of which it is withheld how many were there at the end: they are those who could have answered."""
    followed = cohort_facts(evidence, period).followed
    return {(fact.arm, fact.period) for fact in followed if fact.counts.get("present_at_end", 0) is None}
