"""Before and after: the treated against their own baseline. What it assumes: nothing else changed."""

from __future__ import annotations

from transforms.effect.comparison import compare
from transforms.effect.differences import frame_of
from transforms.effect.estimate import Estimate, NotMeasurable
from transforms.effect.material import Asked, Material


def estimate(material: Material, asked: Asked) -> Estimate | NotMeasurable:
    """The treated arm alone, all baseline windows against those that this basis looks at."""
    rows = material.looked_at
    return compare(frame_of(rows[rows["arm"] == "treated"]), "times", asked)
