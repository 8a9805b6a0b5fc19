"""Lines cut out of a contract file stand as they do in the file, below the keys they lie in."""

from __future__ import annotations

from pathlib import Path

import pytest

from maalbar.cli.reference.excerpt import excerpt
from maalbar.errors import SetupError

TEXT = """\
# a comment of the whole file
id: x
terms:
  basis: cumulative   # said here
  caps:
    # of the first payer
    - payer: a
      maximum: 1 DKK
    - {payer: b,
       maximum: 2 DKK}

  # of the floor
  floor: none
parties: {a: {name: A}, b: {name: B}}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "x.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def cut(file: Path, *patterns: str) -> list[str]:
    return excerpt(file, list(patterns)).splitlines()


def test_a_value_stands_below_its_keys_with_its_own_comment(file):
    assert cut(file, "terms.basis") == ["terms:", "  basis: cumulative   # said here"]


def test_a_section_ends_before_the_comments_of_the_next(file):
    assert cut(file, "terms.caps") == [
        "terms:",
        "  caps:",
        "    # of the first payer",
        "    - payer: a",
        "      maximum: 1 DKK",
        "    - {payer: b,",
        "       maximum: 2 DKK}",
    ]


def test_an_item_of_a_list_can_be_named_alone(file):
    assert cut(file, "terms.caps.1") == ["terms:", "  caps:", "    - {payer: b,", "       maximum: 2 DKK}"]


def test_a_star_stands_for_every_key_and_lines_are_in_the_order_of_the_file(file):
    assert cut(file, "terms.floor", "terms.caps.*.payer") == [
        "terms:",
        "  caps:",
        "    - payer: a",
        "    - {payer: b,",
        "  floor: none",
    ]


def test_the_last_value_of_a_file_ends_with_it(file):
    assert cut(file, "parties") == ["parties: {a: {name: A}, b: {name: B}}"]


def test_a_path_that_is_not_there_is_refused_with_the_file(file):
    with pytest.raises(SetupError) as refused:
        excerpt(file, ["terms.cap"])
    assert refused.value.line == f"{file}: there is nothing at `terms.cap` — mend the path"
