"""What the words mean: indicators and survey scales, each a named, versioned file under `definitions/`.

A definition is never edited once a figure was made with it: a new meaning is a new version in a new file.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from maalbar.contract.model import digest_of
from maalbar.contract.values import Count, DefinitionRef, Flag, Identifier, Number, Section
from maalbar.contract.yamlfile import read_yaml
from maalbar.errors import ContractError
from maalbar.settings import PROJECT

FOLDER = PROJECT / "definitions"


class Definition(Section):
    """What every definition carries: name, version, words for the reader, and where it comes from."""

    id: Identifier
    version: Count
    title: dict[Literal["da", "en"], str]
    unit: dict[Literal["da", "en"], str]
    counts: dict[Literal["da", "en"], str]
    """What is counted, in words, as printed with every figure."""
    reference: str
    better: Literal["lower", "higher"] | None = None
    """The direction in which a change helps people; none where it may be either, as for contacts with one's own doctor."""

    @property
    def ref(self) -> str:
        return f"{self.id}@{self.version}"


class ContactIndicator(Definition):
    """Contacts with the health service; a rule left empty means any."""

    table: Literal["contacts"]
    sector: Literal["hospital", "primary"]
    priority: tuple[str, ...] = ("*",)
    form: tuple[str, ...] = ("*",)
    specialty: tuple[str, ...] = ("*",)
    min_hours: Count = 0
    excludes_own_units: Flag = False


class ServiceIndicator(Definition):
    """Hours or days of services."""

    table: Literal["services"]
    services: tuple[str, ...]


class SelfSupportIndicator(Definition):
    """Weeks on none of the codes; `*` is any code at all."""

    table: Literal["benefits"]
    codes: tuple[str, ...]


class ClaimIndicator(Definition):
    """Verified claims of an outcome."""

    table: Literal["claims"]
    outcome: Identifier


class CountIndicator(Definition):
    """A measure that the source has counted already."""

    table: Literal["counts"]
    measure: Identifier


class SurveyIndicator(Definition):
    """The score on a scale."""

    table: Literal["surveys"]
    scale: DefinitionRef


class GivenIndicator(Definition):
    """A result that others have measured and hand in."""

    table: Literal["given"]


Indicator = Annotated[
    ContactIndicator
    | ServiceIndicator
    | SelfSupportIndicator
    | ClaimIndicator
    | CountIndicator
    | SurveyIndicator
    | GivenIndicator,
    Field(discriminator="table"),
]


class Scale(Definition):
    """A survey scale: which answers are valid, how many must be, and how answers become a score.

    `mean`: the mean of valid answers. `share`: the percentage of valid answers that are at least `share_from`.
    """

    items: tuple[Identifier, ...]
    lowest: Count
    highest: Count
    reversed: tuple[Identifier, ...] = ()
    min_valid_items: Count
    score: Literal["mean", "share"]
    share_from: Count | None = None
    score_from: Number
    score_to: Number


class _IndicatorFile(Section):
    indicator: Indicator


@cache
def indicator(ref: str) -> Indicator:
    """The indicator `name@version`. Raises ContractError when there is no such file or it cannot be read."""
    file = _read("indicators", ref)
    try:
        return _IndicatorFile.model_validate({"indicator": file}).indicator
    except ValidationError as error:
        raise _bad(ref, error) from None


@cache
def scale(ref: str) -> Scale:
    """The scale `name@version`. Raises ContractError when there is no such file or it cannot be read."""
    try:
        return Scale.model_validate(_read("scales", ref))
    except ValidationError as error:
        raise _bad(ref, error) from None


def digest(ref: str) -> str:
    """SHA-256 of what an indicator, and the scale it rests on, say."""
    found = indicator(ref)
    parts = [found.model_dump(mode="json", exclude_defaults=True)]
    if isinstance(found, SurveyIndicator):
        parts.append(scale(found.scale).model_dump(mode="json", exclude_defaults=True))
    return digest_of(parts)


def _read(shelf: str, ref: str) -> dict[str, object]:
    name, _, version = ref.partition("@")
    path = FOLDER / shelf / f"{name}.v{version}.yaml"
    if not path.is_file():
        known = sorted(p.stem.replace(".v", "@") for p in (FOLDER / shelf).glob("*.yaml"))
        raise ContractError(
            f"there is no definition {ref}", where=f"definitions/{shelf}", mend=f"known: {', '.join(known)}"
        )
    return read_yaml(path).data


def _bad(ref: str, error: ValidationError) -> ContractError:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    return ContractError(f"{key}: {first['msg'].lower()}", where=f"definition {ref}", mend="mend the file")
