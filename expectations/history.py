"""What must hold of a delivery beside those before it: one suite over one row, with a column for each thing looked at.

An expectation that is not met and is critical stops the file until a person decides; one that is a warning is kept and shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd
from great_expectations.expectations.metadata_types import FailureSeverity

from expectations.verdict import judged

Verdict = Literal["held", "warned", "broken", "untested"]


class Limited(Protocol):
    """A thing looked at: its name, what was measured (nothing where it could not be), and its limits, where it has them."""

    @property
    def name(self) -> str: ...
    @property
    def value(self) -> float | None: ...
    @property
    def warn(self) -> float | None: ...
    @property
    def stop(self) -> float | None: ...


def history_suite(looks: Sequence[Limited]) -> gx.ExpectationSuite:
    """One expectation for each limit of each look that could be tested: the value is at most the limit."""
    rules = []
    for look in looks:
        for limit, severity in ((look.stop, FailureSeverity.CRITICAL), (look.warn, FailureSeverity.WARNING)):
            if look.value is not None and limit is not None:
                rules.append(
                    gxe.ExpectColumnMaxToBeBetween(column=look.name, max_value=float(limit), severity=severity)
                )
    return gx.ExpectationSuite(name="history", expectations=rules)


def verdicts(looks: Sequence[Limited]) -> list[Verdict]:
    """The verdict on each look, in their order. What was not tested is not held."""
    tested = [look for look in looks if look.value is not None]
    broken: set[tuple[str, str]] = set()
    if tested:
        row = pd.DataFrame([{look.name: float(look.value or 0.0) for look in tested}])
        broken = set(judged(row, history_suite(tested)))
    return [_verdict(look, broken) for look in looks]


def _verdict(look: Limited, broken: set[tuple[str, str]]) -> Verdict:
    if look.value is None:
        return "untested"
    if (look.name, FailureSeverity.CRITICAL.value) in broken:
        return "broken"
    return "warned" if (look.name, FailureSeverity.WARNING.value) in broken else "held"
