"""Composes the reference: the templates of `docs/reference/`, filled from the model, the shipped files and the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2

from maalbar.cli.reference import worked
from maalbar.cli.reference.excerpt import excerpt
from maalbar.cli.reference.features import features
from maalbar.cli.reference.shipped import DOCS, EXAMPLES, PRICES, REFUSED, contract_files, example_of, examples
from maalbar.contract.model import MEASURED, Contract
from maalbar.contract.prices import KINDS
from maalbar.contract.reference import keys, sections, words
from maalbar.contract.yamlfile import read_yaml
from maalbar.errors import SetupError
from maalbar.flow.results_file import COLUMNS, NEEDED

TEMPLATES = DOCS / "reference"
STRESS = DOCS / "stress-plads-til-forskel.md"


def reference() -> str:
    """The whole reference in Markdown. Raises SetupError where templates or examples are missing."""
    if not (TEMPLATES / "index.md").is_file():
        mend = "run it from a checkout of Maalbar; the reference stands in docs/contract-reference.md"
        raise SetupError("the templates of the reference are not here", where=str(TEMPLATES), mend=mend)
    environment = jinja2.Environment(  # noqa: S701 - Markdown is not HTML, and all that is filled in is our own
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    text = environment.get_template("index.md").render(
        sections=_sections(),
        measured=MEASURED,
        columns=COLUMNS,
        needed=NEEDED,
        prices=[(kind, [*PRICES.glob(f"{kind}.yaml"), *sorted(PRICES.glob(f"{kind}_*.yaml"))]) for kind in KINDS],
        features=features(),
        faults=_faults(),
        stress=_stress(),
        checked=lambda name: worked.checked(EXAMPLES / name),
        settled=lambda name: worked.settled(EXAMPLES / name),
        way=lambda name, period, outcome: worked.way(EXAMPLES / name, period, outcome),
        combinations=lambda name: worked.combinations(EXAMPLES / name),
        excerpt=lambda name, *patterns: excerpt(EXAMPLES / name, list(patterns)),
        whole=lambda name: (EXAMPLES / name).read_text(encoding="utf-8").rstrip(),
        link=lambda path: Path(path).relative_to(DOCS).as_posix(),
    )
    return text.rstrip() + "\n"


def _sections() -> list[dict[str, Any]]:
    found = examples(contract_files())
    return [
        {
            "name": section.__name__,
            "is_file": section is Contract,
            "places": list(dict.fromkeys(places)),
            "meaning": words(section.__doc__),
            "rows": [
                (row, example_of(found, section, row.key), (section, row.key) in REFUSED) for row in keys(section)
            ],
        }
        for section, places in sections().items()
    ]


def _faults() -> list[tuple[str, str, str]]:
    """(what was written, what is wrong, how to mend it): real answers to real faults in the first contract."""
    rows = []
    for row in read_yaml(TEMPLATES / "faults.yaml").data["faults"]:
        line = worked.fault(EXAMPLES / row.get("file", "first.yaml"), row["change"])
        what, _, mend = line.partition(" — ")
        rows.append((row["written"], words(what), words(mend)))
    return rows


def _stress() -> str:
    """The stress table without its title, its own headings one deeper."""
    if not STRESS.is_file():
        return ""
    _, _, body = STRESS.read_text(encoding="utf-8").strip().partition("\n")
    return "\n".join(f"#{line}" if line.startswith("#") else line for line in body.strip().splitlines())
