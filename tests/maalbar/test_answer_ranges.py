"""The range of an answer is that of the scale in the version by which the contract scores it."""

from __future__ import annotations

from maalbar import definitions
from maalbar.definitions import answer_ranges as module
from maalbar.definitions.answer_ranges import AnswerRange, answer_ranges
from maalbar.definitions.scales import Scale


def test_every_shipped_scale_has_its_own_range(tiny):
    found = answer_ranges(tiny)
    assert found["life_satisfaction"] == AnswerRange(("ls1",), 0, 10)
    assert found["who5"] == AnswerRange(("q1", "q2", "q3", "q4", "q5"), 0, 5)
    assert set(found) == {ref.partition("@")[0] for ref in definitions.known("scales")}


def test_the_version_that_is_scored_counts_and_otherwise_every_shipped_one(tiny, monkeypatch):
    real = definitions.scale

    def another(ref: str) -> Scale:
        found = real(ref)
        return found.model_copy(update={"highest": 7}) if ref == "life_satisfaction@1" else found

    monkeypatch.setattr(module.definitions, "scale", another)
    scored = {definitions.indicator(o.indicator).model_dump().get("scale") for o in tiny.outcomes.values()}
    assert "life_satisfaction@1" in scored and "life_satisfaction@2" not in scored
    assert answer_ranges(tiny)["life_satisfaction"].highest == 7
    unscored = tiny.model_copy(update={"outcomes": {}})
    assert answer_ranges(unscored)["life_satisfaction"].highest == 10, "that of version 2, which takes more"
