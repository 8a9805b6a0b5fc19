"""The mark is a value of its own: it cannot be reckoned with, and is never 0 and never blank."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from maalbar.suppressed import SUPPRESSED, Suppressed


@pytest.mark.parametrize("language", ["da", "en"])
def test_it_is_a_word_in_every_language_and_has_a_legend_that_says_it_is_not_zero(language):
    sign = SUPPRESSED.sign(language)
    assert sign.isalpha() and SUPPRESSED.legend(language).startswith(sign)
    assert {"da": "ikke nul", "en": "not zero"}[language] in SUPPRESSED.legend(language)


@pytest.mark.parametrize(
    "reckon",
    [
        bool, int, float, round, abs, lambda mark: mark + 1, lambda mark: 1 + mark, lambda mark: sum([mark]),
        lambda mark: mark * 0, lambda mark: 1 - mark, lambda mark: mark / 2, lambda mark: mark < 5, lambda mark: max(mark, 5),
        json.dumps,
    ],
)  # fmt: skip
def test_nothing_can_be_reckoned_with_it(reckon):
    with pytest.raises(TypeError):
        reckon(SUPPRESSED)


def test_it_equals_itself_alone_and_stays_the_same_when_copied():
    assert SUPPRESSED != 0 and SUPPRESSED is not None and SUPPRESSED != "" and SUPPRESSED != "withheld"
    assert copy.deepcopy(SUPPRESSED) is SUPPRESSED and pickle.loads(pickle.dumps(SUPPRESSED)) is SUPPRESSED
    assert str(SUPPRESSED) == Suppressed.CODE == "withheld"
