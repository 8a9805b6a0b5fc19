"""Find: the effect by the estimator that the contract names, those its fallback names, and everything seen on the way."""

from __future__ import annotations

from dataclasses import replace

from maalbar.contract.measuring import Quality
from maalbar.contract.outcomes import Outcome
from transforms.effect import before_after, differences, historical, matched, trial
from transforms.effect.assumptions import checks_of
from transforms.effect.estimate import Diagnostic, Estimate, NotMeasurable
from transforms.effect.material import Asked, Finding, Material
from transforms.effect.planning import diagnostic as planning
from transforms.effect.variants import shown, variants_of

ESTIMATORS = ("difference_in_differences", "matched_comparison", "historical_baseline", "before_after", "trial")


def find(outcome: Outcome, quality: Quality, material: Material, target: float | None) -> Finding:
    """Estimate one outcome on one basis.

    `target`: the promised improvement in the unit of the contrast, positive. `others` holds the estimators of the fallback, each
    from the same rows. Raises ValueError for an estimator that estimates nothing (`count`, `given`).
    """
    asked = Asked.of(outcome, quality, target)
    result, balance = estimate(outcome.estimator, outcome, quality, material, asked)
    others = {name: estimate(name, outcome, quality, material, asked)[0] for name in _fallbacks(outcome)}
    diagnostics = [*checks_of(outcome.estimator, material, asked)]
    if balance is not None:
        diagnostics.append(matched.check(balance, float(quality.max_imbalance)))
    diagnostics += variants_of(outcome.estimator, material, asked)
    diagnostics += first_wave(outcome, quality, material, asked)
    diagnostics += [_reserve(name, other) for name, other in others.items()]
    planned = planning(outcome, target, result)
    diagnostics += [planned] if planned else []
    return Finding(result, outcome.estimator, others, tuple(diagnostics))


def estimate(
    name: str, outcome: Outcome, quality: Quality, material: Material, asked: Asked
) -> tuple[Estimate | NotMeasurable, matched.Balance | None]:
    """The effect by one estimator, and the balance where it matches. Raises ValueError where the name is of none."""
    if name == "matched_comparison":
        return matched.estimate(material, asked, outcome.matching, quality)
    if name == "trial":
        return trial.estimate(outcome.trial, asked), None
    simple = {
        "difference_in_differences": differences.estimate,
        "historical_baseline": historical.estimate,
        "before_after": before_after.estimate,
    }
    if name not in simple:
        raise ValueError(f"`{name}` estimates no effect")
    return simple[name](material, asked), None


def reserves(outcome: Outcome, quality: Quality, refused: NotMeasurable) -> tuple[Diagnostic, ...]:
    """The estimators of the fallback where there is nothing to estimate from: a trial needs nothing, others are refused too."""
    asked = Asked.of(outcome, quality, None)
    return tuple(
        _reserve(name, trial.estimate(outcome.trial, asked) if name == "trial" else refused)
        for name in _fallbacks(outcome)
    )


def _fallbacks(outcome: Outcome) -> list[str]:
    """The estimators of the fallback that are not the outcome's own."""
    named = outcome.fallback.use if outcome.fallback else {}
    return [name for name in named if name != outcome.estimator and name in ESTIMATORS]


def first_wave(outcome: Outcome, quality: Quality, material: Material, asked: Asked) -> list[Diagnostic]:
    """`variant.first_wave`: those who entered first alone, by the same estimator; nothing where there is one wave."""
    waves = material.waves_in_order
    if len(waves) < 2 or outcome.estimator == "trial":
        return []
    rows = material.rows[material.rows["wave_id"] == waves[0]]
    found, _ = estimate(outcome.estimator, outcome, quality, replace(material, rows=rows), asked)
    return [shown("variant.first_wave", found)]


def _reserve(name: str, found: Estimate | NotMeasurable) -> Diagnostic:
    """An estimator of the fallback, with whether it is significant: the terms may look at that when it comes to count."""
    told = shown(f"estimator.{name}", found)
    if isinstance(found, NotMeasurable):
        return told
    return replace(told, figures={**told.figures, "is_significant": found.is_significant})
