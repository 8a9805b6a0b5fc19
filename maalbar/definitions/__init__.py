"""What the words mean: indicators, survey scales and standard populations, each a named, versioned file under `definitions/`.

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
from maalbar.definitions.populations import Population
from maalbar.definitions.scales import Scale

__all__ = [
    "FOLDER", "ClaimIndicator", "ContactIndicator", "CountIndicator", "GivenIndicator", "Indicator", "Population",
    "Scale", "SelfSupportIndicator", "ServiceIndicator", "SurveyIndicator", "digest", "indicator", "population", "scale",
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
def population(ref: str) -> Population:
    """The standard population `name@version`. Raises ContractError when there is no such file or it cannot be read."""
    try:
        return Population.model_validate(read("populations", ref))
    except ValidationError as error:
        raise bad(ref, error) from None


def digest(ref: str) -> str:
    """SHA-256 of what an indicator, and the scale it rests on, say."""
    found = indicator(ref)
    parts = [found.model_dump(mode="json", exclude_defaults=True)]
    if isinstance(found, SurveyIndicator):
        parts.append(scale(found.scale).model_dump(mode="json", exclude_defaults=True))
    return digest_of(parts)
