"""The page of the calibration: its tables, and what they say, from the figures alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.broken_assumptions import Broken
from benchmarks.simulated_areas import Setting, shock_deviation
from transforms.effect.areas import LEAST_AREAS, LEAST_FREEDOM

LOW, HIGH = 0.93, 0.97
"""Inside these an interval of 95 % is called what it says."""


@dataclass(frozen=True)
class Cell:
    """One kind of contract, many times over. Parts of 1; `bias` on the scale that the interval is symmetric on."""

    setting: Setting
    contracts: int
    coverage: dict[str, float]
    width: dict[str, float]
    called_approximate: dict[str, float]
    trusted_persons: float
    bias: float
    error_of_bias: float
    rejected: dict[str, float]

    @property
    def is_inside(self) -> bool:
        return LOW <= self.coverage["area"] <= HIGH


@dataclass(frozen=True)
class Page:
    contracts: int
    main: Sequence[Cell]
    limits: Sequence[Cell]
    planted: Sequence[Cell]
    broken: Sequence[Broken]


HEAD = """# Calibration of the intervals

Made by `benchmarks/calibration.py`; do not edit. {contracts} simulated contracts for each line, without an effect unless said,
1,000 treated persons in 3 areas against 3,000 in as many areas as the line says, three years before and one after, one contact a
person-year with lasting and passing differences between persons. The *intra-area correlation* is the part of the variance of one
person's change that areas explain, through shocks that all persons of an area share (`benchmarks/simulated_areas.py`). A share of
{contracts} has a Monte Carlo error of {error:.1f} percentage points where the truth is 95 %.

An interval is called what it says where it holds the truth in 93-97 % of contracts. *By person* takes persons as independent; *by
area* takes only areas so (`transforms/effect/areas.py`). Widths are of the logarithm of a ratio, or of contacts a person-year.
"""


def write(page: Page, path: Path) -> None:
    """Write the page. The same figures give the same file."""
    error = 100 * np.sqrt(0.95 * 0.05 / page.contracts)
    parts = [HEAD.format(contracts=f"{page.contracts:,}", error=error), _main(page.main), _rule(page)]
    parts += [_limits(page.limits), _planted(page.planted), _broken(page.broken)]
    path.write_text("\n".join(parts))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [" | ".join(head), " | ".join("---" for _ in head), *(" | ".join(row) for row in rows)]
    return "\n".join(f"| {line} |" for line in lines) + "\n"


def percent(share: float) -> str:
    return "-" if np.isnan(share) else f"{100 * share:.1f}"


def _inside(cell: Cell) -> str:
    return "yes" if cell.is_inside else "**no**"


def _main(cells: Sequence[Cell]) -> str:
    head = [
        "contrast",
        "comparison areas",
        "correlation",
        "by person, %",
        "of these called approximate, %",
        "the others, %",
        "by area, %",
        "93-97",
        "width by person",
        "by area",
        "permutation p ≤ 5 %",
        "wild bootstrap p ≤ 5 %",
    ]
    rows = [
        [
            cell.setting.contrast,
            str(cell.setting.comparison_areas),
            f"{cell.setting.correlation:g}",
            percent(cell.coverage["person"]),
            percent(cell.called_approximate["person"]),
            percent(cell.trusted_persons),
            percent(cell.coverage["area"]),
            _inside(cell),
            f"{cell.width['person']:.2f}",
            f"{cell.width['area']:.2f}",
            percent(cell.rejected["permutation"]),
            percent(cell.rejected["wild bootstrap"]),
        ]
        for cell in cells
    ]
    said = (
        "An interval by person holds what it says where areas have no shocks of their own, and not otherwise. The estimate\n"
        "looks for such shocks (`check.area_shocks`) and calls an interval by person approximate where it finds them; *the\n"
        "others* are contracts in which it found none. The last two columns are of a tenth of the contracts: how often the\n"
        "test rejects what is not there. With three of six areas the permutation never reaches 5 %: the arms turned about\n"
        "give the same effect with the other sign, so two of twenty is the least.\n"
    )
    return f"## Coverage\n\n{table(head, rows)}\n{said}"


def _rule(page: Page) -> str:
    outside = [cell for cell in page.main if not cell.is_inside]
    found = "all" if not outside else f"{len(page.main) - len(outside)} of {len(page.main)}"
    return (
        f"## The rule\n\nIn the first table {found} intervals by area lie inside 93-97 %. An interval by area is trusted\n"
        f"with at least {LEAST_AREAS} areas in each arm that is compared and {LEAST_FREEDOM} more areas than arms; else it is\n"
        "called approximate, or there is no result, as `quality.few_areas` says. Whatever the interval, an effect is not\n"
        "significant where the smallest p-value that so many areas can give is 5 % or more: 3 of 6 areas have 20\n"
        "assignments, 1/20 in one direction and 2/20 in both.\n"
    )


def _limits(cells: Sequence[Cell]) -> str:
    head = [
        "treated areas",
        "comparison areas",
        "correlation",
        "sizes",
        "treated shocks",
        "by area, %",
        "93-97",
        "trusted",
    ]
    rows = [
        [
            str(cell.setting.treated_areas),
            str(cell.setting.comparison_areas),
            f"{cell.setting.correlation:g}",
            "equal" if cell.setting.is_even else "in steps",
            "alike" if cell.setting.treated_shock == 1 else f"{cell.setting.treated_shock:g} times as wide",
            percent(cell.coverage["area"]),
            _inside(cell),
            "no" if cell.called_approximate["area"] > 0.5 else "yes",
        ]
        for cell in cells
    ]
    said = (
        "No comparison areas: the treated before and after alone. The spread of one treated area cannot be seen; what the\n"
        "others say of it is believed, so it is not trusted. Where treated areas have wider shocks than the others, as when\n"
        "the intervention works differently from area to area, the interval is too narrow, and more so the more comparison\n"
        "areas there are: that shocks are alike is its assumption (`check.few_areas`, `areas_alike`).\n"
    )
    return f"## Where the rule draws its line (ratio)\n\n{table(head, rows)}\n{said}"


def _planted(cells: Sequence[Cell]) -> str:
    head = [
        "contrast",
        "comparison areas",
        "correlation",
        "planted",
        "bias",
        "of it by curvature",
        "its Monte Carlo error",
        "by area, %",
    ]
    rows = [
        [
            cell.setting.contrast,
            str(cell.setting.comparison_areas),
            f"{cell.setting.correlation:g}",
            f"{cell.setting.effect:.4f}",
            f"{cell.bias:+.4f}",
            f"{_curvature(cell.setting):+.4f}",
            f"{cell.error_of_bias:.4f}",
            percent(cell.coverage["area"]),
        ]
        for cell in cells
    ]
    said = (
        "A ratio is planted and read on the log scale. The logarithm of a mean over few areas lies below that of the mean:\n"
        "with shocks of variance v that makes a bias of v/2 × (1/comparison areas - 1/treated areas), little beside the width\n"
        "of the interval. Bias beyond that by more than three of its errors: {beyond}.\n"
    )
    far = [cell for cell in cells if abs(cell.bias - _curvature(cell.setting)) > 3 * cell.error_of_bias]
    said = said.format(beyond=f"{len(far)} of {len(cells)} lines")
    return f"## A planted effect (a fall of a tenth)\n\n{table(head, rows)}\n{said}"


def _curvature(setting: Setting) -> float:
    """The bias of a logarithm of means over few areas, to second order."""
    if setting.contrast != "ratio":
        return 0.0
    return shock_deviation(setting) ** 2 / 2 * (1 / setting.comparison_areas - 1 / setting.treated_areas)


def _broken(found: Sequence[Broken]) -> str:
    estimators = list(dict.fromkeys(one.estimator for one in found))
    head = ["what is wrong", *(f"{name}: bias, % held" for name in estimators)]
    by_scenario: dict[str, dict[str, Broken]] = {}
    for one in found:
        by_scenario.setdefault(one.scenario, {})[one.estimator] = one
    rows = [
        [scenario, *(f"{row[name].bias:+.3f}, {percent(row[name].coverage)}" for name in estimators)]
        for scenario, row in by_scenario.items()
    ]
    contracts = found[0].contracts if found else 0
    said = (
        f"{contracts} contracts a line, no effect planted, 12 comparison areas, ratios by person; bias of the logarithm.\n"
        "Where its assumption is broken an estimator is wrong by as much as the world differs, and its interval does not\n"
        "know; what the checks see of it stands beside the estimate.\n"
    )
    return f"## Where assumptions are broken\n\n{table(head, rows)}\n{said}"
