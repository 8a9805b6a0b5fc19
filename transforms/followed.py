"""Followed: what is known of a cohort, as the steps after `cohort` read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

Tables = dict[str, pa.Table]


@dataclass(frozen=True)
class Followed:
    """A cohort and its time.

    `members`: one row per person (historical: person × window). person_id, arm, wave_id, entry_on, area, municipality, sex,
    birth_month, has_benefit, age (whole years on entry_on); all as on the day of entry, and never looked at again.
    `person_time`: one row per span. person_id, arm, entry_on, window_id, phase, span (1, 2 …), from_on, to_on, person_days,
    is_death, is_exit. `counts`: window × arm. `attrition`: {arm, wave, step, persons} in the order of the table. `selected`:
    the tables of the selection, from which the same cohort is followed by another rule.
    """

    members: pa.Table
    person_time: pa.Table
    counts: pa.Table
    attrition: list[dict[str, Any]] = field(default_factory=list)
    selected: Tables = field(default_factory=dict, repr=False, compare=False)
