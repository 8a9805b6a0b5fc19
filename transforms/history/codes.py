"""Codes: whether a delivery uses its codes as the one before did. A sender who recodes a register seldom says so.

Population stability index (PSI): Σ (now − before) · ln(now / before) over the shares of the codes. Below 0.10 is called no change
and above 0.25 a large one (Siddiqi, Credit Risk Scorecards, 2006). By chance alone PSI / (1/n + 1/m) is distributed as χ² with
one less degree of freedom than there are codes (Yurdakul & Naranjo, J. Risk Model Validation 14(4), 2020); what chance exceeds in
one delivery of a thousand counts as none. n and m are persons, since the rows of one person are alike.
"""

from __future__ import annotations

import math

from scipy.stats import chi2

from transforms.history.figures import FOLDED, NONE, Cells, Figures, aligned
from transforms.history.look import Look, percent, untested

SOME, LARGE = 0.10, 0.25
CHANCE = 0.001
FEW_SHARE, MANY_SHARE = 0.01, 0.10
"""Codes that come or go with so large a part of the rows are worth a question; with the larger, the file waits for the answer."""
ENOUGH = 50
"""So many persons, and rows of the last year, there must be in either delivery."""


def drift(earlier: Figures, now: Figures, dimension: str) -> Look:
    """How far the shares of the codes of the last year are from those of the year before the earlier delivery."""
    name = f"codes.{dimension}"
    pairs = aligned(earlier.of(dimension), now.of(dimension))
    before, after = ([pair[side].recent for pair in pairs] for side in (0, 1))
    persons = [min(figures.all.persons, sum(counts)) for figures, counts in ((earlier, before), (now, after))]
    if len(pairs) < 2 or min(persons) < ENOUGH:
        return untested(name, f"fewer than two codes, or than {ENOUGH} persons")
    index = stability_index(before, after)
    by_chance = float(chi2.isf(CHANCE, len(pairs) - 1)) * (1 / persons[0] + 1 / persons[1])
    return Look(
        name,
        value=index if index > by_chance else 0.0,
        warn=SOME,
        stop=LARGE,
        found=f"the shares of {dimension} have moved by {index:.2f} (PSI) since {earlier.as_of}",
        expected=f"at most {SOME:.2f}, or {by_chance:.2f} by chance",
        ask="ask the sender whether the codes mean the same as before",
        figures={"psi": round(index, 4), "by_chance": round(by_chance, 4), "codes": len(pairs)},
    )


def stability_index(before: list[int], after: list[int]) -> float:
    """PSI of two rows of counts of the same codes. Half a row is added to each, so that one without rows can be reckoned with."""
    sums = [sum(counts) + 0.5 * len(counts) for counts in (before, after)]
    shares = [((b + 0.5) / sums[0], (a + 0.5) / sums[1]) for b, a in zip(before, after, strict=True)]
    return sum((a - b) * math.log(a / b) for b, a in shares)


def come_and_gone(earlier: Figures, now: Figures, dimension: str) -> list[Look]:
    """Codes that nobody had before, and codes that nobody has any more, by their part of the last year's rows."""
    before, after = earlier.of(dimension), now.of(dimension)
    new = [code for code in _seen(after, before) if code not in before]
    gone = [code for code in _seen(before, after) if after.get(code, NONE).recent == 0]
    return [
        _codes_look(f"codes_new.{dimension}", new, after, before, f"codes of {dimension} that were in no row before"),
        _codes_look(
            f"codes_vanished.{dimension}", gone, before, after, f"codes of {dimension} that no row has any more"
        ),
    ]


def _seen(here: Cells, there: Cells) -> list[str]:
    """Codes with more rows in the last year than could hide among the few persons of the other delivery."""
    hidden = there.get(FOLDED, NONE).rows
    return sorted(code for code, cell in here.items() if code != FOLDED and cell.recent > hidden)


def _codes_look(name: str, codes: list[str], here: Cells, there: Cells, words: str) -> Look:
    rows = [sum(cell.recent for cell in cells.values()) for cells in (here, there)]
    if min(rows) < ENOUGH:
        return untested(name, f"fewer than {ENOUGH} rows in the last year")
    share = sum(here[code].recent for code in codes) / rows[0]
    named = f" ({', '.join(codes[:5])}{', …' if len(codes) > 5 else ''})" if codes else ""
    return Look(
        name,
        value=share,
        warn=FEW_SHARE,
        stop=MANY_SHARE,
        found=f"{len(codes)} {words}{named}, with {percent(share)} of the rows",
        expected=f"at most {percent(FEW_SHARE)}",
        ask="ask the sender whether the list of codes has changed",
        figures={"codes": len(codes), "share": round(share, 4)},
    )
