"""The effect of one outcome over the windows of a basis: what the contract's estimator finds, and what belongs beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from maalbar import definitions
from maalbar.contract.outcomes import Outcome
from maalbar.definitions import SurveyIndicator
from transforms import nonresponse, paired, variants
from transforms.effect import Diagnostic, Estimate, Material, NotMeasurable
from transforms.effect.find import find
from transforms.observed import Observed
from transforms.planned import full_effect
from transforms.response import check_response, survey_refusal


@dataclass(frozen=True)
class Effect:
    """An estimate, a number of units or a refusal, with its diagnostics."""

    result: Estimate | NotMeasurable | int
    diagnostics: tuple[Diagnostic, ...] = ()


def counted(seen: Observed, outcome: Outcome, after: Sequence[str]) -> Effect:
    """The effect on something that is counted per person-year."""
    rows = seen.rows(outcome)
    if outcome.estimator == "count":
        mine = rows[rows["window_id"].isin(after) & (rows["arm"] == "treated")]
        return Effect(int(mine["quantity"].sum()))
    past = seen.historical(outcome) if "historical_baseline" in outcome.estimators else None
    material = _material(seen, rows, after, past)
    return _found(seen, outcome, material, () if seen.is_open else variants.of_counted(seen, outcome, material))


def surveyed(seen: Observed, outcome: Outcome, after: Sequence[str]) -> Effect:
    """The effect on a score: answers before entry against those after it, one per person and window.

    Answers are weighted for non-response where the contract says so; the other way is shown beside it.
    """
    scores = seen.scores(outcome)
    quality = seen.contract.quality
    if scores.empty:
        return Effect(NotMeasurable("no_answers"))
    candidates = seen.could_answer(scores)
    bands = seen.contract.cohort.standard.age_bands
    weights = nonresponse.weights(scores, candidates, bands)
    beside = nonresponse.weight_figures(nonresponse.strata(scores, candidates, bands)) | _left_out(seen, outcome, after)
    check = check_response(scores, seen.invited, list(after), quality, beside)
    refusal = survey_refusal(scores, seen.invited, list(after), quality) or paired.few_answers(
        paired.looked_at(scores, after), _scale(outcome)
    )
    if refusal:
        return Effect(refusal, (check,))
    ways = {"unweighted": weights * 0 + 1.0, "weighted": weights}
    rows = {way: _answers(seen, nonresponse.weighted(scores, weight)) for way, weight in ways.items()}
    material = _material(seen, rows.pop(quality.non_response), after, None)
    ((other, others),) = rows.items()
    beside_it = variants.of_survey(seen, outcome, material, other, others)
    found = _found(seen, outcome, material, beside_it)
    return replace(found, diagnostics=(check, *found.diagnostics))


def _found(seen: Observed, outcome: Outcome, material: Material, beside: Sequence[Diagnostic]) -> Effect:
    finding = find(outcome, seen.contract.quality, material, _target(outcome))
    return Effect(finding.result, (*finding.diagnostics, *beside))


def _target(outcome: Outcome) -> float | None:
    """The improvement that is promised, where the terms name one."""
    promised = None if outcome.contrast == "level" else full_effect(outcome)
    return None if promised is None else float(promised)


def _material(seen: Observed, rows: pd.DataFrame, after: Sequence[str], past: pd.DataFrame | None) -> Material:
    cohort = seen.contract.cohort
    return Material(
        rows=rows,
        historical=past,
        baseline=tuple(window.id for window in seen.contract.baseline.windows),
        after=tuple(after),
        selected_on_use=bool(cohort.eligibility and cohort.eligibility.earlier_use),
        age_bands=cohort.standard.age_bands,
        waves=tuple(wave.id for wave in cohort.waves),
    )


def _answers(seen: Observed, weighted: pd.DataFrame) -> pd.DataFrame:
    phase = weighted["phase"].map({"before": "baseline", "after": "follow_up"})
    return seen.known(weighted.assign(phase=phase))


def _scale(outcome: Outcome) -> definitions.Scale:
    found = definitions.indicator(outcome.indicator)
    assert isinstance(found, SurveyIndicator)
    return definitions.scale(found.scale)


def _left_out(seen: Observed, outcome: Outcome, after: Sequence[str]) -> dict[str, float | int | str | None]:
    """By arm: questionnaires of the windows in which the scale was begun, and those with too few items for a score."""
    counted = nonresponse.too_few_items(seen.answers(outcome), _scale(outcome))
    mine = counted[counted["window_id"].isin(after) & (counted["phase"] == "after")]
    found: dict[str, float | int | str | None] = {}
    for arm, rows in mine.groupby("arm"):
        found |= {f"begun_{arm}": int(rows["begun"].sum()), f"without_score_{arm}": int(rows["without_score"].sum())}
    return found
