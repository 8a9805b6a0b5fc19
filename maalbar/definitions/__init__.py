"""What the words mean: indicators, survey scales, pension ages, each a named, versioned file under `definitions/`.

A definition is never edited once a figure was made with it: a new meaning is a new version in a new file.
"""

from __future__ import annotations

from functools import cache

from pydantic import ValidationError

from maalbar.contract.model import digest_of
from maalbar.contract.values import Section
from maalbar.definitions.definition import FOLDER, bad, read
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
from maalbar.definitions.pension_ages import PensionAge
from maalbar.definitions.scales import Scale

__all__ = [
    "FOLDER", "ClaimIndicator", "ContactIndicator", "CountIndicator", "GivenIndicator", "Indicator", "PensionAge",
    "Scale", "SelfSupportIndicator", "ServiceIndicator", "SurveyIndicator", "digest", "indicator", "pension_age", "scale",
]  # fmt: skip


class _IndicatorFile(Section):
    indicator: Indicator


@cache
def indicator(ref: str) -> Indicator:
    """The indicator `name@version`. Raises ContractError when there is no such file or it cannot be read."""
    file = read("indicators", ref)
    try:
        return _IndicatorFile.model_validate({"indicator": file}).indicator
    except ValidationError as error:
        raise bad(ref, error) from None


@cache
def scale(ref: str) -> Scale:
    """The scale `name@version`. Raises ContractError when there is no such file or it cannot be read."""
    try:
        return Scale.model_validate(read("scales", ref))
    except ValidationError as error:
        raise bad(ref, error) from None


@cache
def pension_age(ref: str) -> PensionAge:
    """The pension age `name@version`. Raises ContractError when there is no such file or it cannot be read."""
    try:
        return PensionAge.model_validate(read("pension_ages", ref))
    except ValidationError as error:
        raise bad(ref, error) from None


def digest(ref: str) -> str:
    """SHA-256 of what an indicator, and the scale it rests on, say."""
    found = indicator(ref)
    parts = [found.model_dump(mode="json", exclude_defaults=True)]
    if isinstance(found, SurveyIndicator):
        parts.append(scale(found.scale).model_dump(mode="json", exclude_defaults=True))
    return digest_of(parts)
