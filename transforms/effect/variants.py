"""Variants: the same effect looked at in other ways, which decide nothing and stand beside it."""

from __future__ import annotations

from collections.abc import Iterator

from transforms.effect import permutation, wild_bootstrap
from transforms.effect.contrast import refusal
from transforms.effect.differences import frame_of
from transforms.effect.estimate import Diagnostic, Estimate, NotMeasurable
from transforms.effect.group_time import group_time_effects
from transforms.effect.material import Asked, Material

BASE = ""
"""The name of all baseline windows together; no window has it."""


def variants_of(estimator: str, material: Material, asked: Asked) -> Iterator[Diagnostic]:
    """The variants of a difference in differences: exchanged areas, turned areas, and wave by wave. Others have none here."""
    if estimator != "difference_in_differences":
        return
    frame = frame_of(material.looked_at)
    if refusal(frame, "both", asked.contrast, asked.min_events, asked.is_amount, asked.small_cell):
        return
    for found in (permutation.variant(frame, asked.contrast), wild_bootstrap.variant(frame, asked.contrast)):
        if found is not None:
            yield found
    waves = material.waves_in_order
    if len(waves) > 1:
        yield by_wave(material, waves, asked)


def by_wave(material: Material, waves: tuple[str, ...], asked: Asked) -> Diagnostic:
    """`variant.by_wave`: each wave against its own comparison, in each window, and the average of them all."""
    rows = material.looked_at
    present = rows[rows["phase"] == "follow_up"].groupby("wave_id")["window_id"].unique().to_dict()
    after = {wave: [window for window in material.after if window in present.get(wave, ())] for wave in waves}
    # All of the time before is one base: a survey's answers before entry lie in whatever window they were given in.
    based = rows.assign(window_id=rows["window_id"].where(rows["phase"] == "follow_up", BASE))
    found = group_time_effects(based, dict.fromkeys(waves, (BASE,)), after, asked)
    figures: dict[str, float | int | str | None] = {}
    for (wave, window), one in found.effects.items():
        if isinstance(one, Estimate):
            figures |= {f"{wave}_{window}_{end}": getattr(one, end) for end in ("change", "low", "high")}
        else:
            figures[f"{wave}_{window}_not_measurable"] = one.reason
    average = shown("variant.by_wave", found.average)
    return Diagnostic(average.name, average.verdict, {**average.figures, **figures})


def shown(name: str, found: Estimate | NotMeasurable) -> Diagnostic:
    """A result beside the one that counts: its figures, or why there are none."""
    if isinstance(found, NotMeasurable):
        return Diagnostic(name, "untested", {"not_measurable": found.reason, "why": found.reason})
    kept = ("change", "standard_error", "low", "high", "p_value")
    return Diagnostic(name, "shown", {figure: getattr(found, figure) for figure in kept})
