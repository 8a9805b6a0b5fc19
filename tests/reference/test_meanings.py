"""The model says what every section and every key of a contract means."""

from __future__ import annotations

import pytest

from maalbar.contract.reference import keys, sections

SECTIONS = list(sections())


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.__name__)
def test_no_section_and_no_key_lacks_a_meaning(section):
    assert section.__doc__, f"{section.__name__} has no docstring"
    assert [row.key for row in keys(section) if not row.meaning] == []


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.__name__)
def test_a_meaning_is_a_sentence_and_says_more_than_the_key(section):
    for row in keys(section):
        assert row.meaning[0].isupper() or row.meaning[0] == "`", f"{section.__name__}.{row.key}: {row.meaning}"
        assert row.meaning.rstrip(")").endswith("."), f"{section.__name__}.{row.key}: {row.meaning}"
        assert row.meaning.rstrip(".").lower() != row.key


def test_a_section_tells_every_place_where_it_stands():
    found = {section.__name__: places for section, places in sections().items()}
    assert found["Share"] == ["outcomes.*.payments.*", "terms.termination.payments.*"]
    assert found["Contract"] == [""]
