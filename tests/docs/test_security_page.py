"""The page about security names tests that exist, and a test for everyone who could gain something."""

from __future__ import annotations

import ast
import re

import pytest

from maalbar.settings import PROJECT

PAGE = (PROJECT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", PAGE)
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| who")]


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_every_test_that_the_page_names_is_there(file, test):
    tree = ast.parse((PROJECT / "tests" / file).read_text(encoding="utf-8"))
    tests = {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}
    assert test in tests if test else tests


def test_something_stands_against_everyone():
    assert len(ROWS) >= 12
    assert all(re.search(r"`[\w/]+\.py", row.split("|")[4]) for row in ROWS)
