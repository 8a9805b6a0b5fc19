"""The page of named persons in the docs is what the files give today."""

from __future__ import annotations

import re

from typer.testing import CliRunner

from maalbar.cli.app import app
from maalbar.cli.main import main
from maalbar.cli.persons_page import persons_page
from maalbar.named_persons import persons_of_steps
from maalbar.settings import PROJECT

KEPT = (PROJECT / "docs" / "named-persons.md").read_text(encoding="utf-8")


def test_the_page_in_the_docs_is_the_one_that_is_made_and_the_command_prints_it():
    assert main, "importing it registers the commands"
    assert persons_page() == KEPT, "run `make reference`"
    assert CliRunner().invoke(app, ["schema", "--persons"]).output == KEPT


def test_every_person_of_every_step_is_told_with_rule_and_sentence():
    for file in persons_of_steps():
        section = KEPT.partition(f'<a id="{file.step}"></a>')[2].partition('\n## <a id="')[0]
        told = re.findall(r"^### (.*?): (.*)\n\n(.*)\n", section, re.MULTILINE)
        assert told == [(person.name, person.rule, person.says) for person in file.persons]
        gives = section.count("**The step gives**") + section.count("**The step gives no row.**")
        assert gives == len(file.persons)
