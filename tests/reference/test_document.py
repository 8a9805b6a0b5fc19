"""The reference in the docs is what model, files and engine give today, its links lead somewhere, its outputs are real."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from maalbar.cli.reference import reference
from maalbar.cli.reference.features import features
from maalbar.cli.reference.shipped import DOCS, EXAMPLES, PRICES, REFUSED, contract_files, example_of, examples, flow
from maalbar.cli.reference.worked import fault
from maalbar.contract import load_agreement
from maalbar.contract.model import Contract, Rehearsal
from maalbar.contract.prices import KINDS, Brackets, ProRata, RateCard, SavingsShare
from maalbar.contract.reference import keys, sections
from maalbar.flow.results_file import COLUMNS
from maalbar.settings import PROJECT

KEPT = (DOCS / "contract-reference.md").read_text(encoding="utf-8")
BESIDE = [DOCS / "glossary.md", PROJECT / "README.md"]


@pytest.fixture(scope="module")
def made() -> str:
    return reference()


def test_the_reference_in_the_docs_is_the_one_that_is_made(made):
    assert made == KEPT, "run `make reference`"


def test_making_it_twice_gives_the_same_bytes(made):
    assert reference() == made


def test_every_row_and_price_kind_has_its_example_and_every_key_is_used_in_one():
    # Waits for what others write: docs/examples/features/NN-….yaml and docs/examples/prices/<kind>.yaml with .csv.
    rows = features()
    assert [row.number for row in rows] == list(range(1, 45))
    missing = [f"row {row.number} ({row.name})" for row in rows if row.file is None]
    missing += [f"price {kind}" for kind in KINDS if not (PRICES / f"{kind}.yaml").is_file()]
    missing += [f"results of {p.stem}" for p in PRICES.glob("*.yaml") if not p.with_suffix(".csv").is_file()]
    missing += [] if (DOCS / "stress-plads-til-forskel.md").is_file() else ["the stress table of Plads til Forskel"]
    found = examples(contract_files())
    missing += [
        f"the key {section.__name__}.{row.key}"
        for section in sections()
        for row in keys(section)
        if example_of(found, section, row.key) is None and (section, row.key) not in REFUSED
        # A rehearsal is written by a program, and is nobody's example.
        if section is not Rehearsal and (section, row.key) != (Contract, "rehearsal")
    ]
    assert not missing, "no example yet of:\n" + "\n".join(missing)


def test_every_example_is_sound():
    for path in contract_files():
        load_agreement(path)


def test_an_example_is_of_its_own_price_kind():
    found = examples([EXAMPLES / "first.yaml"])
    assert (found[ProRata, "kind"], found[ProRata, "maximum"]) == ("pro_rata", "400_000 DKK")
    assert (found[RateCard, "kind"], found[RateCard, "maximum"]) == ("rate_card", "150_000 DKK")
    assert example_of(found, RateCard, "target") is None


def test_an_example_too_long_for_a_cell_is_cut_and_sections_by_id_show_their_ids():
    assert flow({"a": "1", "b": ["x", "y: z"]}) == '{a: 1, b: [x, "y: z"]}'
    assert flow("word " * 20, 14) == "word word wor…"
    assert flow({"one": {"k": "v" * 40}, "two": {"k": "v"}}) == "{one: {…}, two: {…}}"


@pytest.mark.parametrize(
    ("section", "key", "changes", "said"),
    [
        (SavingsShare, "index", {"outcomes.saved.price.index": "wages"}, "has no amount that could follow an index"),
        (SavingsShare, "earned", {"outcomes.saved.price.earned": "at_end"}, "savings are earned as they come"),
        (
            SavingsShare,
            "parts",
            {"outcomes.saved.price.earned": "parts", "outcomes.saved.price.parts": {"2": "100 %"}},
            "savings are earned as they come",
        ),
        (Brackets, "index", {"outcomes.bracketed.price.index": "wages"}, "brackets know no price of one person's unit"),
    ],
)
def test_a_key_that_is_said_to_be_refused_is_refused(section, key, changes, said):
    assert (section, key) in REFUSED
    assert said in fault(EXAMPLES / "every_key.yaml", changes)


def test_every_column_of_the_results_file_is_told():
    for name in COLUMNS:
        assert f"| `{name}` |" in KEPT


def _anchors(text: str) -> list[str]:
    """As GitHub makes them of headings."""
    without_code = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#{1,6} (.+)$", without_code, flags=re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]


def test_no_two_headings_have_the_same_anchor():
    anchors = _anchors(KEPT)
    assert len(set(anchors)) == len(anchors), sorted({a for a in anchors if anchors.count(a) > 1})


def test_every_link_leads_somewhere():
    for path in [DOCS / "contract-reference.md", *BESIDE]:
        text = path.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)):
            name, _, anchor = target.partition("#")
            if not target.startswith("http"):
                assert not name or (path.parent / name).exists(), f"{path.name}: {target}"
                assert not anchor or name or anchor in _anchors(text), f"{path.name}: {target}"


def maalbar(*words: str) -> str:
    """What a person sees who runs the command from the checkout."""
    command = [sys.executable, "-c", "from maalbar.cli import main; main()", *words]
    environment = {**os.environ, "COLUMNS": "80"}
    run = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, env=environment, check=True)
    return run.stdout


def test_the_commands_of_the_tutorial_print_what_is_shown():
    shown = re.findall(r"^```\n\$ maalbar ([^\n]+)\n(.*?)^```", KEPT, flags=re.MULTILINE | re.DOTALL)
    assert [command.split()[0] for command, _ in shown[:2]] == ["check", "settle"]
    for command, output in shown[:2]:
        assert _lines(maalbar(*command.split())) == _lines(output), command


def _lines(text: str) -> list[str]:
    """Lines without what cannot be seen at their ends, and without blank ones."""
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def test_the_first_contract_is_shown_whole_step_by_step():
    tutorial = KEPT[KEPT.index("## Write your first contract") : KEPT.index("## How a result becomes an amount")]
    shown = set(_lines(tutorial))
    written = [
        line for line in _lines((EXAMPLES / "first.yaml").read_text(encoding="utf-8")) if not line.startswith("#")
    ]
    assert [line for line in written if line not in shown] == []


def test_the_table_of_features_shows_the_lines_of_the_file(tmp_path: Path):
    (tmp_path / "index.yml").write_text(
        "rows:\n  3: {feature: Steps, seen_in: Rikers, show: [terms.basis]}\n  4: {feature: Scale, show: [terms]}\n"
    )
    (tmp_path / "03-x.yaml").write_text("id: 03-x\nterms:\n  floor: none\n  basis: per_period\n")
    steps, scale = features(tmp_path)
    assert (steps.name, steps.file, steps.said) == ("Steps", tmp_path / "03-x.yaml", "terms:\n  basis: per_period")
    assert (scale.file, scale.said) == (None, "")
