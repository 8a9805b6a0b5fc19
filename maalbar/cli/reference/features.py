"""The rows of the table of features: what real contracts contain, and the lines of an example that say it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from maalbar.cli.reference.excerpt import excerpt
from maalbar.cli.reference.shipped import FEATURES
from maalbar.contract.yamlfile import read_yaml


@dataclass(frozen=True)
class Feature:
    """One row: `file` is None while its example is not there yet, and `said` is then empty."""

    number: int
    name: str
    seen_in: str
    file: Path | None
    said: str


def features(folder: Path = FEATURES) -> list[Feature]:
    """Every row of `index.yml`, with the lines that say it in the folder's `NN-….yaml`."""
    found = []
    for number, row in read_yaml(folder / "index.yml").data["rows"].items():
        given = sorted(folder.glob(f"{int(number):02}-*.yaml"))
        file = given[0] if given else None
        said = excerpt(file, row["show"]) if file else ""
        found.append(Feature(int(number), row["feature"], row.get("seen_in", ""), file, said))
    return found
