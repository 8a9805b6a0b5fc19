"""Answers: whole-number answers to the items of a survey scale, such that its score is what was drawn.

Answers are whole, yet the drawn score holds exactly in expectation: everything is rounded up or down by chance.
"""

from __future__ import annotations

import numpy as np

from maalbar.definitions import Scale
from maalbar.simulate.chance import rounded


def length(scale: Scale) -> float:
    """How many points there are from the lowest score to the highest."""
    return float(scale.score_to - scale.score_from)


def answers(above: np.ndarray, scale: Scale, rng: np.random.Generator) -> np.ndarray:
    """Answers [questionnaire, item] in the order of the scale's items, whose score lies so far `above` the lowest.

    `above`: points, from 0 to the scale's length.
    """
    if scale.score in ("share", "count"):
        given = _split_items(above / length(scale), scale, rng)
    elif scale.score == "converted":
        given = _shared_out(_sums(above, scale, rng), len(scale.items), rng)
    else:
        # Mean and sum both rise by as much for each item: every item is the mean, rounded by chance.
        mean = scale.lowest + above * ((scale.highest - scale.lowest) / length(scale))
        given = np.stack([rounded(mean, 1.0, rng) for _ in scale.items], axis=1)
    turned = [scale.items.index(item) for item in scale.reversed]
    given[:, turned] = scale.lowest + scale.highest - given[:, turned]
    return given


def _sums(above: np.ndarray, scale: Scale, rng: np.random.Generator) -> np.ndarray:
    """Sums whose conversion is the score: one of the two on either side of it, by chance."""
    sums, scores = np.array(list(scale.conversion)), np.array([float(score) for score in scale.conversion.values()])
    target = float(scale.score_from) + above
    below = np.clip(np.searchsorted(scores, target, side="right") - 1, 0, len(scores) - 2)
    part = (target - scores[below]) / (scores[below + 1] - scores[below])
    return sums[below] + (rng.random(len(target)) < part)


def _shared_out(total: np.ndarray, items: int, rng: np.random.Generator) -> np.ndarray:
    """A sum as that many answers, as even as can be; which of them are higher is chance."""
    rank = rng.random((len(total), items)).argsort(axis=1).argsort(axis=1)
    return (total // items)[:, np.newaxis] + (rank < (total % items)[:, np.newaxis])


def _split_items(share: np.ndarray, scale: Scale, rng: np.random.Generator) -> np.ndarray:
    """Answers of which that share counts; some items are harder than others."""
    items, least = len(scale.items), scale.share_from or 0
    easy = rounded(share * items, 1.0, rng)
    hardness = np.linspace(-1.0, 1.0, items) + rng.logistic(size=(len(share), items))
    rank = hardness.argsort(axis=1).argsort(axis=1)
    is_easy = rank < easy[:, np.newaxis]
    is_strong = rng.random((len(share), items)) < np.where(is_easy, 0.35, 0.25)
    up, down = np.minimum(least + is_strong, scale.highest), np.maximum(least - 1 - is_strong, scale.lowest)
    return np.where(is_easy, up, down).astype(np.int64)
