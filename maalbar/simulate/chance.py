"""Chance: one seeded stream of random numbers for each thing that is drawn, so that nothing disturbs another.

Leaving out a source, or adding one, changes no number of the rest.
"""

from __future__ import annotations

import zlib

import numpy as np


def stream(seed: int, *names: str) -> np.random.Generator:
    """The generator of that seed and name. The same names give the same numbers, on any machine."""
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])


def rounded(values: np.ndarray, unit: float, rng: np.random.Generator) -> np.ndarray:
    """How many `unit`s each value holds, rounded up or down by chance so that the mean is kept."""
    return np.floor(values / unit + rng.random(values.shape)).astype(np.int64)
