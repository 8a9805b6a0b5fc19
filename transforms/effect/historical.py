"""Historical baseline: the treated against those who would have entered earlier, selected in the same way.

What it assumes: those selected earlier would have fared as those selected now. Selection on a high year is the same in both, so
regression to the mean is too; a change of level between the years is not told from an effect.
"""

from __future__ import annotations

import pandas as pd

from transforms.effect.comparison import compare
from transforms.effect.estimate import Estimate, NotMeasurable
from transforms.effect.material import Asked, Material, before_and_after


def estimate(material: Material, asked: Asked) -> Estimate | NotMeasurable:
    """The treated in the windows that this basis looks at, against those of earlier dates. Refuses where there are none."""
    if material.historical is None or material.historical.empty:
        return NotMeasurable("no_history")
    return compare(frame_of(material), "times", asked)


def frame_of(material: Material) -> pd.DataFrame:
    """The treated now (after) and those of earlier dates (before), where there are any."""
    rows = material.looked_at
    now = rows[(rows["arm"] == "treated") & (rows["phase"] == "follow_up")]
    earlier = now.iloc[:0] if material.historical is None else material.historical
    both = pd.concat([earlier[earlier["arm"] == "treated"], now], ignore_index=True)
    return before_and_after(both, both["phase"] == "follow_up")
