"""What the words mean: indicators and survey scales, each a named, versioned file under `definitions/`.

A definition is never edited once a figure was made with it: a new meaning is a new version in a new file.
"""

from __future__ import annotations

from functools import cache

from pydantic import ValidationError

from maalbar.contract.model import digest_of
from maalbar.contract.values import Section
from maalbar.definitions.definition import FOLDER, bad, known, read
from maalbar.definitions.indicators import (
    ClaimIndicator,
    ContactIndicator,
    CountIndicator,
    GivenIndicator,
    Indicator,
    SelfSupportIndicator,
    ServiceIndicator,
    SurveyIndicator,
)
from maalbar.definitions.scales import Band, Category, Condition, Domain, Scale
from maalbar.errors import ContractError

__all__ = [
    "FOLDER", "Band", "Category", "ClaimIndicator", "Condition", "ContactIndicator", "CountIndicator", "Domain",
    "GivenIndicator", "Indicator", "Scale", "SelfSupportIndicator", "ServiceIndicator", "SurveyIndicator", "digest",
    "indicator", "known", "scale", "survey_indicators",
]  # fmt: skip


class _IndicatorFile(Section):
    indicator: Indicator


@cache
def indicator(ref: str) -> Indicator:
    """The indicator `name@version`. Raises ContractError when there is no such file or it cannot be read."""
    file = read("indicators", ref)
    try:
        found = _IndicatorFile.model_validate({"indicator": file}).indicator
    except ValidationError as error:
        raise bad(ref, error) from None
    if isinstance(found, SurveyIndicator):
        _check_parts(found)
    return found


@cache
def scale(ref: str) -> Scale:
    """The scale `name@version`. Raises ContractError when there is no such file or it cannot be read."""
    try:
        return Scale.model_validate(read("scales", ref))
    except ValidationError as error:
        raise bad(ref, error) from None


def survey_indicators() -> dict[str, SurveyIndicator]:
    """Every shipped survey indicator by `name@version`."""
    return {ref: found for ref in known("indicators") if isinstance(found := indicator(ref), SurveyIndicator)}


def digest(ref: str) -> str:
    """SHA-256 of what an indicator, and the scale it rests on, say."""
    found = indicator(ref)
    parts = [found.model_dump(mode="json", exclude_defaults=True)]
    if isinstance(found, SurveyIndicator):
        parts.append(scale(found.scale).model_dump(mode="json", exclude_defaults=True))
    return digest_of(parts)


def _check_parts(found: SurveyIndicator) -> None:
    """Raises ContractError for a domain or a group that the indicator's scale does not have."""
    rests_on, where = scale(found.scale), f"definition {found.ref}"
    if found.domain and found.domain not in rests_on.domains:
        mend = f"known: {', '.join(rests_on.domains) or 'none'}"
        raise ContractError(f"{rests_on.ref} has no domain `{found.domain}`", where=where, mend=mend)
    unknown = [name for name in found.groups if name not in rests_on.groups]
    if unknown:
        mend = f"known: {', '.join(rests_on.groups) or 'none'}"
        raise ContractError(f"{rests_on.ref} has no group `{unknown[0]}`", where=where, mend=mend)
    if found.domain and found.groups:
        raise ContractError("groups are those of the whole scale", where=where, mend="leave out `domain` or `groups`")
