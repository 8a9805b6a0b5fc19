"""The research extract as a draft: persons, events, rates, answers and attrition of one measurement, as they could leave.

    divided    by what tables are divided: age, sex and benefit on the day of entry, crossed or one at a time
    followed   who entered, who was there in each window, who died or left between
    counted    what was counted, and the rate of it, by outcome, arm, window and group
    asked      who answered a survey, and the mean
    units      what was reached of outcomes that are counted by the piece

Keys are those of every other release: `followed (arm, until)`, `entered (arm, wave)`, `persons`, `deaths`, `events`, `rate`,
`answers`, `response`, `units`. What a rate is divided by is taken as known to readers, so that it protects nothing.
"""

from __future__ import annotations

from collections.abc import Collection

from transforms.disclosure import Draft, draft
from transforms.extract.asked import asked
from transforms.extract.counted import counted
from transforms.extract.divided import Divided
from transforms.extract.followed import attrition, followed
from transforms.extract.units import units
from transforms.observed import Observed

__all__ = ["Divided", "extract_draft", "units"]


def extract_draft(seen: Observed, divided: Divided, outcomes: Collection[str]) -> Draft:
    """Everything that an extract tells of counts, with what could be worked out from it. `outcomes`: those that were measured.

    Raises ReleaseRefused where figures contradict one another.
    """
    tables = (followed(seen, divided), attrition(seen), counted(seen, divided, outcomes), asked(seen, outcomes))
    return draft(*(piece for table in tables for piece in table))
