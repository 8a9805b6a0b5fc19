"""Answer ranges: which answers the items of a survey may have in a delivery of a contract.

A contract names the scales that a delivery holds without a version, and its outcomes the versions by which they are scored.
"""

from __future__ import annotations

from dataclasses import dataclass

from maalbar import definitions
from maalbar.contract import Contract
from maalbar.definitions.indicators import SurveyIndicator


@dataclass(frozen=True)
class AnswerRange:
    """The items of a scale and the least and highest answer to each, both included."""

    items: tuple[str, ...]
    lowest: int
    highest: int


def answer_ranges(contract: Contract) -> dict[str, AnswerRange]:
    """Scale → its range, for every scale that is known.

    Where the contract scores a scale in several versions, an answer that one of them takes is an answer. A scale that no outcome
    is scored by has the range of its shipped versions. Raises ContractError for a definition that cannot be read.
    """
    scored = {
        found.scale
        for outcome in contract.outcomes.values()
        if isinstance(found := definitions.indicator(outcome.indicator), SurveyIndicator)
    }
    shipped: dict[str, list[str]] = {}
    for ref in definitions.known("scales"):
        shipped.setdefault(ref.partition("@")[0], []).append(ref)
    return {scale: _range([ref for ref in refs if ref in scored] or refs) for scale, refs in shipped.items()}


def _range(refs: list[str]) -> AnswerRange:
    scales = [definitions.scale(ref) for ref in refs]
    items = dict.fromkeys(item for scale in scales for item in scale.items)
    return AnswerRange(tuple(items), min(s.lowest for s in scales), max(s.highest for s in scales))
