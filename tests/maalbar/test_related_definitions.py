"""A statement names every definition behind its figures: the indicators, and what these and the cohort rest on."""

from __future__ import annotations

from maalbar import definitions
from maalbar.definitions import related


def _named(contract) -> list[tuple[str, str]]:
    return [(told.shelf, told.ref) for told in related.of_contract(contract)]


def test_indicators_come_first_and_the_scales_of_surveys_after_them(tiny):
    named = _named(tiny)
    assert named[:3] == [("indicators", outcome.indicator) for outcome in tiny.outcomes.values()]
    assert ("scales", "life_satisfaction@1") in named, "a scale may be called as its indicator"


def test_every_definition_has_its_words_and_an_indicator_the_digest_of_its_passport(tiny):
    for told in related.of_contract(tiny):
        assert told.title["da"] and told.counts["da"] and len(told.digest) == 64
    first = related.of_contract(tiny)[0]
    assert first.digest == definitions.digest(first.ref)


def test_what_selects_the_cohort_is_among_them(tiny, tiny_contract):
    use = {"indicator": "acute_hospital_contacts@1", "months": "24"}
    assert ("indicators", "acute_hospital_contacts@1") not in _named(tiny)
    asking = tiny_contract({"cohort.known_before": use})
    assert ("indicators", "acute_hospital_contacts@1") in _named(asking)
    assert [told.ref for told in related.of_cohort(asking)] == ["acute_hospital_contacts@1"]
    assert related.of_cohort(tiny) == ()
