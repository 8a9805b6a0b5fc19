"""What a small count can be computed from on the pages of one statement."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maalbar.contract import Contract
from maalbar.documents import effects
from maalbar.documents.formats import Formats
from maalbar.flow import figures
from maalbar.flow.amounts import computation_facts
from maalbar.flow.answered import answered, response_facts
from maalbar.flow.cohort_figures import cohort_facts
from maalbar.flow.evidence import Evidence
from maalbar.flow.looked import findings
from tests.transforms.small import rows, small_contract, unpaid
from transforms.measurement import measure
from transforms.settlement import settle
from transforms.settlement.results import Result


def _window(window: str, arm: str, persons: int, deaths: int, emigrated: int = 0) -> dict[str, Any]:
    return {"window_id": window, "arm": arm, "persons": persons, "person_days": persons * 365, "deaths": deaths,
            "present_at_end": persons - deaths - emigrated, "emigrated": emigrated, "censored": 0, "movers": 0,
            "crossovers": 0}  # fmt: skip


def _evidence(contract: Contract, *windows: dict[str, Any], **given: Any) -> Evidence:
    period = max(row["window_id"] for row in windows)
    cohort = {"kind": "waves", "members": {"treated": 100, "comparison": 200}, "areas": {"treated": 2, "comparison": 2},
              "waves": {}, "windows": list(windows), "attrition": []}  # fmt: skip
    empty: dict[str, Any] = {"proposal": {}, "lines": [], "effects": {period: []}, "values": {period: []}, "steps": (),
                             "entries": [], "answers": {}, "deliveries": [], "throughs": {},
                             "diagnostics": {period: []}}  # fmt: skip
    return replace(Evidence(contract=contract, measurements={period: {"cohort": cohort}}, **empty), **given)


ONE = (_window("1", "treated", 100, 0), _window("1", "comparison", 200, 9))


def test_those_gone_in_a_period_cannot_be_computed_from_those_followed_in_the_next(tiny):
    windows = (
        _window("1", "treated", 100, 3), _window("2", "treated", 97, 20), _window("1", "comparison", 200, 9),
        _window("2", "comparison", 191, 9),
    )  # fmt: skip
    rows = [fact.counts for fact in cohort_facts(_evidence(tiny, *windows), "2").followed if fact.arm == "treated"]
    first, second = rows
    gone = None if None in (first["persons"], second["persons"]) else first["persons"] - second["persons"]
    others = (first["emigrated"], first["censored"])
    assert first["deaths"] is None
    assert gone is None or None in others, "100 followed, 97 in the next, none emigrated or stopped: three died"


def test_those_who_come_with_a_later_wave_do_not_hide_who_was_gone_before(tiny):
    entered = [
        {"arm": "treated", "wave": wave, "step": "entered", "persons": n} for wave, n in (("w1", 100), ("w2", 50))
    ]
    windows = (_window("1", "treated", 100, 3), _window("2", "treated", 147, 20))
    evidence = _evidence(tiny, *windows)
    cohort = evidence.measurements["2"]["cohort"] | {"attrition": entered, "members": {"treated": 150, "comparison": 0}}
    first, second = cohort_facts(replace(evidence, measurements={"2": {"cohort": cohort}}), "2").followed
    # 97 of the first and 50 new: whoever is told of 100, of 50 and of 147 knows the three.
    assert (first.counts["persons"], first.counts["deaths"], second.counts["persons"]) == (100, None, None)


def _course_of_two(contract: Contract, back: int, moved: int = 12) -> list[dict[str, int | None]]:
    """200 are followed, 9 die and 8 go abroad; with 50 new ones and those who are back the next period begins."""
    entered = [{"arm": "comparison", "wave": w, "step": "entered", "persons": n} for w, n in (("w1", 200), ("w2", 50))]
    first, second = _window("1", "comparison", 200, 9, 8), _window("2", "comparison", 233 + back, 9, 8)
    waves = contract.cohort.model_copy(update={"waves": [_wave(contract, "w1", "1"), _wave(contract, "w2", "2")]})
    evidence = _evidence(contract.model_copy(update={"cohort": waves}), first, second | {"movers": moved})
    cohort = evidence.measurements["2"]["cohort"] | {"attrition": entered, "members": {"treated": 0, "comparison": 250}}
    found = cohort_facts(replace(evidence, measurements={"2": {"cohort": cohort}}), "2")
    return [fact.counts for fact in found.followed]


def _wave(contract: Contract, wave: str, period: str) -> Any:
    return contract.cohort.waves[0].model_copy(update={"id": wave, "entry": contract.period(period).start})


@pytest.mark.parametrize("back", [1, 2, 4, -1])
def test_the_few_who_come_back_from_abroad_are_not_what_those_followed_are_more_than_before(tiny, back):
    first, second = _course_of_two(tiny, back)
    assert first["present_at_end"] == 183
    assert second["persons"] is None, "those followed, less 183 and the 50 new, would tell the few"
    # Nor may those followed be computed from what became of them.
    assert None in (second["deaths"], second["emigrated"], second["censored"], second["present_at_end"])
    assert second["movers"] == 12, "those who moved are no part of that sum"


@pytest.mark.parametrize("back", [0, 5])
def test_none_and_many_who_come_back_hide_nothing(tiny, back):
    assert None not in [count for row in _course_of_two(tiny, back) for count in row.values()]


def test_the_persons_of_a_rate_are_withheld_where_those_followed_are(tiny):
    windows = (
        _window("1", "treated", 100, 3), _window("2", "treated", 97, 20), _window("1", "comparison", 200, 9),
        _window("2", "comparison", 191, 9),
    )  # fmt: skip
    counted = {"outcome": "contacts", "invited": None, "person_years": Decimal(90), "quantity": Decimal(500)}
    values = [
        _mean(row["window_id"], row["arm"], row["persons"], "5") | counted | {"persons_with_any": 80} for row in windows
    ]
    found = figures.rate_facts(_evidence(tiny, *windows, values={"2": values}), "2")
    assert [(fact.arm, fact.window, fact.persons) for fact in found] == [
        ("treated", "1", 100), ("comparison", "1", 200), ("treated", "2", None), ("comparison", "2", 191),
    ]  # fmt: skip


def _answers(arm: str, persons: int, invited: int) -> dict[str, Any]:
    return {"outcome": "satisfaction", "window_id": "1", "arm": arm, "persons": persons, "person_days": 0,
            "invited": invited, "person_years": Decimal(0), "quantity": Decimal(5 * persons), "value": Decimal(5),
            "low": None, "high": None, "standardised": None, "standardised_low": None, "standardised_high": None,
            "standardised_refused": None}  # fmt: skip


EFFECT = {
    "outcome": "satisfaction", "basis": "cumulative", "change": Decimal("0.1"), "improvement": Decimal("0.1"),
    "units": None, "not_measurable": None, "standard_error": Decimal("0.1"), "low": Decimal("-0.1"),
    "high": Decimal("0.3"), "p_value": Decimal("0.3"), "detectable": Decimal("0.3"),
}  # fmt: skip


def test_the_response_on_page_one_does_not_tell_the_answers_that_the_tables_hide(tiny):
    values = {"1": [_answers("treated", 98, 100), _answers("comparison", 60, 100)]}
    evidence = _evidence(tiny, *ONE, values=values, effects={"1": [EFFECT]})
    (hidden, _) = response_facts(evidence, "1")
    assert (hidden.answers, hidden.asked) == (None, 100)
    assert figures.effect_fact(evidence, "1", "satisfaction", "cumulative").response_percent is None


def _check_response(tiny: Contract, invited: int, answered: int) -> dict[str, Any]:
    told = {"invited_treated": invited, "answered_treated": answered, "response_treated": str(answered / invited),
            "invited_comparison": 100, "answered_comparison": 60, "response_comparison": "0.600000"}  # fmt: skip
    row = {
        "outcome": "satisfaction",
        "basis": "cumulative",
        "name": "check.response",
        "verdict": "held",
        "figures": told,
    }
    (finding,) = findings(_evidence(tiny, *ONE, diagnostics={"1": [row]}), "1", "satisfaction", "cumulative")
    return dict(finding.figures)


def test_the_check_of_the_response_does_not_tell_the_few_who_gave_no_answer(tiny):
    told = _check_response(tiny, 100, 98)
    assert None in (told["invited_treated"], told["answered_treated"]), "two gave none"


def test_the_check_of_the_response_gives_no_share_beside_hidden_counts(tiny):
    told = _check_response(tiny, 20, 3)
    assert told["answered_treated"] is None
    # Those who could answer are told in the table of responses: 15 % of 20 are three.
    assert told.get("response_treated") is None


def test_those_who_could_have_answered_are_withheld_where_those_there_at_the_end_are(tiny):
    windows = (_window("1", "treated", 100, 3), ONE[1])
    values = {"1": [_answers("treated", 60, 97), _answers("comparison", 60, 191)]}
    found = response_facts(_evidence(tiny, *windows, values=values), "1")
    # 60 answers tell nothing of the three who died; how many per cent of those there they are would.
    assert [(fact.answers, fact.asked, fact.percent) for fact in found] == [(60, None, None), (60, 191, 31)]


def test_the_few_who_answered_and_died_are_not_what_could_answer_leaves_of_those_at_the_end(tiny):
    windows = (_window("1", "treated", 100, 9), ONE[1])
    values = {"1": [_answers("treated", 60, 93), _answers("comparison", 60, 191)]}
    found = response_facts(_evidence(tiny, *windows, values=values), "1")
    assert [fact.asked for fact in found] == [None, 191], "93 could answer, 91 were there at the end: two had died"


COUNTS = st.integers(0, 400)


@given(answers=COUNTS, silent=COUNTS, hides=st.booleans())
def test_of_answers_no_few_are_told_nor_left_and_no_share_of_what_is_withheld(answers, silent, hides):
    small = 5
    told = answered(answers, answers + silent, small, hides_asked=hides)
    if told.answers is not None and told.asked is not None:
        assert not 0 < told.answers < small and not 0 < told.asked - told.answers < small
    assert (told.percent is None) == (None in (told.answers, told.asked) or told.asked == 0)
    assert not hides or told.asked is None
    again = answered(told.answers, told.asked, small)
    assert again == told, "withheld twice is withheld as once"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_the_same_number_of_answers_is_told_or_withheld_in_every_table_check_and_sentence(tiny, data):
    counted = {
        arm: (data.draw(st.integers(0, 120)), data.draw(st.integers(0, 120)), data.draw(st.integers(0, 9)))
        for arm in ("treated", "comparison")
    }
    windows, rows, looked = [], [], {"min_response": "0.400000"}
    for arm, (given_, silent, emigrated) in counted.items():
        asked = given_ + silent
        windows.append(_window("1", arm, asked + 20 + emigrated, 20, emigrated))
        rows.append(_answers(arm, given_, asked))
        looked |= {f"invited_{arm}": asked, f"answered_{arm}": given_}
        looked[f"response_{arm}"] = str(given_ / asked) if asked else None
    checks = [
        {"outcome": "satisfaction", "basis": basis, "name": "check.response", "verdict": "held", "figures": looked}
        for basis in ("period", "cumulative")
    ]
    evidence = _evidence(tiny, *windows, values={"1": rows}, diagnostics={"1": checks}, effects={"1": [EFFECT]})
    tables = {fact.arm: fact for fact in response_facts(evidence, "1")}
    persons = {fact.arm: fact.persons for fact in figures.rate_facts(evidence, "1")}
    at_end = {fact.arm: fact.counts["present_at_end"] for fact in cohort_facts(evidence, "1").followed}
    assert (
        figures.effect_fact(evidence, "1", "satisfaction", "cumulative").response_percent == tables["treated"].percent
    )
    for arm, fact in tables.items():
        assert persons[arm] == fact.answers
        assert at_end[arm] is not None or fact.asked is None
        for basis in ("period", "cumulative"):
            (check,) = findings(evidence, "1", "satisfaction", basis)
            told = {name: check.figures[f"{name}_{arm}"] for name in ("answered", "invited")}
            assert told == {"answered": fact.answers, "invited": fact.asked}
            response = check.figures.get(f"response_{arm}")
            assert (None if response is None else round(response * 100)) == fact.percent


def test_a_refusal_for_few_answers_does_not_say_how_many_per_cent_they_were(tiny):
    refused = EFFECT | dict.fromkeys(EFFECT) | {"not_measurable": "low_response: 15; 40"}
    refused |= {"outcome": "satisfaction", "basis": "cumulative"}
    few = {"1": [_answers("treated", 3, 20), _answers("comparison", 60, 100)]}
    many = {"1": [_answers("treated", 15, 100), _answers("comparison", 60, 100)]}
    said = [
        figures.effect_fact(
            _evidence(tiny, *ONE, values=v, effects={"1": [refused]}), "1", "satisfaction", "cumulative"
        )
        for v in (few, many)
    ]
    assert [fact.not_measurable for fact in said] == ["low_response: …; 40", "low_response: 15; 40"]
    assert [effects.reason(fact, Formats(locale, "DKK")) for fact in said for locale in ("da_DK", "en_GB")] == [
        "ikke målbar, fordi svarprocenten er …, og aftalen kræver mindst 40",
        "not measurable because the response is …%, and the agreement requires at least 40%",
        "ikke målbar, fordi svarprocenten er 15, og aftalen kræver mindst 40",
        "not measurable because the response is 15%, and the agreement requires at least 40%",
    ]


def test_few_who_were_matched_cannot_be_computed_from_those_who_were_not(tiny):
    row = {"outcome": "contacts", "basis": "cumulative", "name": "check.balance", "verdict": "held",
           "figures": {"treated": 400, "unmatched": 398, "limit": "0.250000"}}  # fmt: skip
    (finding,) = findings(_evidence(tiny, *ONE, diagnostics={"1": [row]}), "1", "contacts", "cumulative")
    told = finding.figures
    assert told["treated"] is None or told["unmatched"] is None, "two were matched"


def test_few_persons_who_reached_an_outcome_are_not_told_as_its_effect(tiny_contract):
    contract = tiny_contract(
        {"outcomes.action_plans.price.counts": "persons", "outcomes.action_plans.price.min_units": "5"}
    )
    row = EFFECT | dict.fromkeys(EFFECT) | {"outcome": "action_plans", "basis": "period", "units": 3}
    evidence = _evidence(contract, *ONE, effects={"1": [row]})
    assert figures.effect_fact(evidence, "1", "action_plans", "period").change is None


def test_few_persons_who_reached_an_outcome_are_not_told_on_the_way_to_the_amount(tiny_contract):
    contract = tiny_contract(
        {"outcomes.action_plans.price.counts": "persons", "outcomes.action_plans.price.min_units": "5"}
    )
    settled = settle(contract, {("1", "action_plans"): Result(units=Decimal(3))}, ["1"])
    facts = computation_facts(_evidence(contract, *ONE, steps=settled.steps), "1")
    (told,) = (fact for fact in facts if fact.title == contract.outcomes["action_plans"].title["da"])
    assert "skjult enheder venter, færre end 5" in told.steps


def _mean(window: str, arm: str, persons: int, value: str) -> dict[str, Any]:
    return _answers(arm, persons, 0) | {"window_id": window, "invited": None, "value": Decimal(value),
                                        "quantity": Decimal(value) * persons}  # fmt: skip


def test_a_hidden_mean_cannot_be_computed_from_the_effect(tiny):
    """Three treated answered after: their mean is hidden. The effect and the three other means give it: 9 = 6 + (7 - 6) + 2."""
    values = {"1": [_mean("b1", "treated", 60, "6"), _mean("1", "treated", 3, "9"), _mean("b1", "comparison", 60, "6"),
                    _mean("1", "comparison", 60, "7")]}  # fmt: skip
    effect = EFFECT | {"change": Decimal(2), "improvement": Decimal(2)}
    evidence = _evidence(tiny, *ONE, values=values, effects={"1": [effect]})
    shown = [fact.value for fact in figures.rate_facts(evidence, "1")]
    assert None in shown
    told = figures.effect_fact(evidence, "1", "satisfaction", "cumulative").change
    assert told is None or shown.count(None) > 1


def test_the_nights_of_one_person_are_no_count_of_many():
    """Twenty are followed, one of them in hospital for three weeks: the table tells how long that one was there."""
    contract = small_contract({"nights": unpaid("bed_days@1")}, eligibility={"min_age": "60"})
    people = "person_id\n" + "\n".join(f"p{number}" for number in range(20))
    stay = "person_id | started_on | ended_on | started_minute | ended_minute\np7 | 2020-08-01 | 2020-08-22 | 26607360 | 26637600"
    tables = {"population": rows("population", people), "contacts": rows("contacts", stay)}
    found = measure(contract, tables, [], "1")
    evidence = _evidence(contract, *ONE, values={"1": found.values})
    told = {fact.window: (fact.events, fact.value) for fact in figures.rate_facts(evidence, "1")}
    assert [row["quantity"] for row in found.values if row["window_id"] == "1"] == [21]
    assert told["1"] == (None, None)
