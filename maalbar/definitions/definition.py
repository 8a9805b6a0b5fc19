"""What every definition carries, and how its file is read."""

from __future__ import annotations

from typing import Literal

from pydantic import ValidationError

from maalbar.contract.values import Count, Identifier, Section
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


def known(shelf: str) -> list[str]:
    """Every `name@version` of a shelf (`indicators`, `scales`), by name and then by version."""
    parts = [path.stem.rpartition(".v") for path in (FOLDER / shelf).glob("*.yaml")]
    return [f"{name}@{version}" for name, _, version in sorted(parts, key=lambda part: (part[0], int(part[2])))]


def read(shelf: str, ref: str) -> dict[str, object]:
    name, _, version = ref.partition("@")
    path = FOLDER / shelf / f"{name}.v{version}.yaml"
    if not path.is_file():
        raise ContractError(
            f"there is no definition {ref}", where=f"definitions/{shelf}", mend=f"known: {', '.join(known(shelf))}"
        )
    return read_yaml(path).data


def bad(ref: str, error: ValidationError) -> ContractError:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    return ContractError(f"{key}: {first['msg'].lower()}", where=f"definition {ref}", mend="mend the file")
