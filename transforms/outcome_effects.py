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
from transforms.effect.find import find, reserves
from transforms.observed import Observed
from transforms.planned import full_effect
from transforms.response import check_response, survey_refusal
from transforms.scales import part_of


@dataclass(frozen=True)
class Effect:
    """An estimate, a number of units or a refusal, with its diagnostics."""

    result: Estimate | NotMeasurable | int
    diagnostics: tuple[Diagnostic, ...] = ()


def counted(seen: Observed, outcome: Outcome, after: Sequence[str]) -> Effect:
    """The effect on something that is counted per person-year."""
    if outcome.estimator == "count":
        return Effect(seen.units(outcome, after))
    material = counted_material(seen, outcome, after)
    return _found(seen, outcome, material, () if seen.is_open else variants.of_counted(seen, outcome, material))


def surveyed(seen: Observed, outcome: Outcome, after: Sequence[str]) -> Effect:
    """The effect on a score: answers before entry against those after it, one per person and window.

    Answers are weighted for non-response where the contract says so; the other way is shown beside it. Where too few answer,
    a trial that the contract falls back on stands all the same.
    """
    scores = seen.scores(outcome)
    if scores.empty:
        nothing = NotMeasurable("no_answers")
        return Effect(nothing, reserves(outcome, seen.contract.quality, nothing))
    strata = nonresponse.strata(scores, seen.could_answer(scores), _bands(seen))
    looked_at = strata[strata["window_id"].isin(after) & (strata["phase"] == "after")]
    beside = nonresponse.weight_figures(looked_at) | _left_out(seen, outcome, after)
    check = check_response(scores, seen.invited(scores), list(after), seen.contract.quality, beside)
    material = survey_material(seen, outcome, after)
    if isinstance(material, NotMeasurable):
        return Effect(material, (check, *reserves(outcome, seen.contract.quality, material)))
    other = "weighted" if seen.contract.quality.non_response == "unweighted" else "unweighted"
    beside_it = variants.of_survey(seen, outcome, material, other, _answers(seen, outcome, other))
    found = _found(seen, outcome, material, beside_it)
    return replace(found, diagnostics=(check, *found.diagnostics))


def counted_material(seen: Observed, outcome: Outcome, after: Sequence[str]) -> Material:
    """What the effect on a counted outcome is estimated from."""
    past = seen.historical(outcome) if "historical_baseline" in outcome.estimators else None
    return _material(seen, seen.rows(outcome), after, past)


def survey_material(seen: Observed, outcome: Outcome, after: Sequence[str]) -> Material | NotMeasurable:
    """What the effect on a score is estimated from, weighted or not as the contract says; or why nothing can be."""
    scores, quality = seen.scores(outcome), seen.contract.quality
    refused = survey_refusal(scores, seen.invited(scores), list(after), quality) or paired.few_answers(
        paired.looked_at(scores, after), _scale(outcome)
    )
    return refused or _material(seen, _answers(seen, outcome, quality.non_response), after, None)


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


def _answers(seen: Observed, outcome: Outcome, way: str) -> pd.DataFrame:
    """The answers of a survey as rows of an effect, `weighted` for those who gave none or `unweighted`."""
    scores = seen.scores(outcome)
    weights = pd.Series(1.0, index=scores.index)
    if way == "weighted":
        weights = nonresponse.weights(scores, seen.could_answer(scores), _bands(seen))
    rows = nonresponse.weighted(scores, weights)
    return seen.known(rows.assign(phase=rows["phase"].map({"before": "baseline", "after": "follow_up"})))


def _bands(seen: Observed) -> tuple[int, ...]:
    return seen.contract.cohort.standard.age_bands


def _scale(outcome: Outcome) -> definitions.Scale:
    found = definitions.indicator(outcome.indicator)
    assert isinstance(found, SurveyIndicator)
    return definitions.scale(found.scale)


def _left_out(seen: Observed, outcome: Outcome, after: Sequence[str]) -> dict[str, float | int | str | None]:
    """By arm: questionnaires of the windows in which the scale was begun, and those with too few items for a score."""
    found_by = definitions.indicator(outcome.indicator)
    assert isinstance(found_by, SurveyIndicator)
    counted = nonresponse.too_few_items(seen.answers(outcome), part_of(_scale(outcome), found_by))
    mine = counted[counted["window_id"].isin(after) & (counted["phase"] == "after")]
    found: dict[str, float | int | str | None] = {}
    for arm, rows in mine.groupby("arm"):
        found |= {f"begun_{arm}": int(rows["begun"].sum()), f"without_score_{arm}": int(rows["without_score"].sum())}
    return found
