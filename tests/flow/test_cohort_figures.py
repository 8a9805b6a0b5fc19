"""The cohort on a statement: counts of one cohort are withheld together, on page one and in the tables alike."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from maalbar.contract import Contract
from maalbar.documents.findings import Finding
from maalbar.flow import figures
from maalbar.flow.answered import response_facts
from maalbar.flow.cohort_figures import CohortFacts, cohort_facts, known_before
from maalbar.flow.evidence import Evidence
from maalbar.flow.looked import findings

STEPS = ("entered_earlier", "care_home", "residence", "age_or_benefit", "earlier_use", "entered")


def _evidence(contract: Contract, cohort: dict[str, Any], diagnostics: tuple[dict[str, Any], ...] = ()) -> Evidence:
    period = max(row["window_id"] for row in cohort["windows"])
    empty: dict[str, Any] = {"proposal": {}, "lines": [], "effects": {period: []}, "values": {period: []}, "steps": (),
                             "entries": [], "answers": {}, "deliveries": [], "throughs": {}}  # fmt: skip
    return Evidence(
        contract=contract, measurements={period: {"cohort": cohort}}, diagnostics={period: list(diagnostics)}, **empty
    )


def _window(window: str, arm: str, persons: int, deaths: int, **left: int) -> dict[str, Any]:
    course = {"emigrated": 0, "censored": 0, "movers": 0, "crossovers": 0} | left
    present = persons - deaths - course["emigrated"] - course["censored"]
    return {"window_id": window, "arm": arm, "persons": persons, "person_days": persons * 365, "deaths": deaths,
            "present_at_end": present, **course}  # fmt: skip


def _entry(arm: str, wave: str, known: int, **steps: int) -> list[dict[str, Any]]:
    counted = dict.fromkeys(STEPS, 0) | steps
    rows = {"residents": sum(counted.values()), **counted, "known_before": known}
    return [{"arm": arm, "wave": wave, "step": step, "persons": persons} for step, persons in rows.items()]


def _cohort(*windows: dict[str, Any], attrition: tuple[dict[str, Any], ...] = (), **members: int) -> dict[str, Any]:
    return {"kind": "waves", "members": members, "areas": {"treated": 2, "comparison": 2}, "waves": {},
            "windows": list(windows), "attrition": list(attrition)}  # fmt: skip


def _facts(contract: Contract, cohort: dict[str, Any], *diagnostics: dict[str, Any]) -> CohortFacts:
    return cohort_facts(_evidence(contract, cohort, diagnostics), max(row["window_id"] for row in cohort["windows"]))


def test_without_small_counts_everything_is_told_in_the_order_it_was_counted(tiny):
    attrition = (
        *_entry("treated", "w1", 40, age_or_benefit=300, entered=100),
        *_entry("comparison", "w1", 90, care_home=9, entered=200),
    )
    windows = (
        _window("1", "comparison", 200, 9, emigrated=6),
        _window("1", "treated", 100, 5, movers=12, crossovers=8),
    )
    found = _facts(tiny, _cohort(*windows, attrition=attrition, treated=100, comparison=200))
    assert [(entry.arm, entry.wave) for entry in found.entries] == [("treated", "w1"), ("comparison", "w1")]
    assert found.entries[0].steps == {
        "residents": 400, "entered_earlier": 0, "care_home": 0, "residence": 0, "age_or_benefit": 300, "earlier_use": 0,
        "entered": 100, "known_before": 40,
    }  # fmt: skip
    assert [fact.arm for fact in found.followed] == ["treated", "comparison"]
    assert found.followed[0].counts == {
        "persons": 100, "deaths": 5, "emigrated": 0, "censored": 0, "present_at_end": 95, "movers": 12, "crossovers": 8,
    }  # fmt: skip
    assert (found.page_one.treated, found.page_one.died, found.page_one.moved) == (100, 5, 12)
    # 5 deaths in 100 years of 365 days: 5 × 36525 / 36500.
    assert found.page_one.mortality_treated == Decimal(5 * 36525) / 36500


def test_a_small_count_is_hidden_with_the_next_smallest_of_its_row(tiny):
    attrition = (
        *_entry("treated", "w1", 40, care_home=3, residence=7, age_or_benefit=300, entered=100),
        *_entry("comparison", "w1", 198, entered=200),
    )
    windows = (_window("1", "treated", 100, 5, emigrated=2), _window("1", "comparison", 200, 9))
    found = _facts(tiny, _cohort(*windows, attrition=attrition, treated=100, comparison=200))
    steps = found.entries[0].steps
    assert (steps["care_home"], steps["residence"], steps["age_or_benefit"], steps["residents"]) == (
        None,
        None,
        300,
        410,
    )
    # All but two were known before: whoever is told 198 of 200 knows them too.
    assert found.entries[1].steps["known_before"] is None and found.entries[1].steps["entered"] == 200
    counts = found.followed[0].counts
    # Deaths are needed for the mortality of page one, so those who were there to the end are hidden beside the two.
    assert (counts["emigrated"], counts["deaths"], counts["persons"], counts["present_at_end"]) == (None, 5, 100, None)
    assert found.page_one.died == 5


def test_a_small_number_of_deaths_hides_the_mortality_on_page_one_and_in_the_table(tiny):
    windows = (_window("1", "treated", 100, 3), _window("1", "comparison", 200, 9))
    found = _facts(tiny, _cohort(*windows, treated=100, comparison=200))
    assert (found.page_one.died, found.page_one.mortality_treated) == (None, None)
    assert found.mortality is not None and found.mortality.rates["treated"].value is None
    assert found.mortality.deaths == {"treated": None, "comparison": 9}
    assert found.followed[0].counts["present_at_end"] is None


def test_deaths_of_a_period_cannot_be_computed_from_those_of_the_others(tiny):
    windows = (
        _window("1", "treated", 100, 9), _window("2", "treated", 91, 2), _window("1", "comparison", 200, 9),
        _window("2", "comparison", 191, 9),
    )  # fmt: skip
    found = _facts(tiny, _cohort(*windows, treated=100, comparison=200))
    assert found.page_one.died == 11
    assert [f.counts["deaths"] for f in found.followed if f.arm == "treated"] == [None, None]
    assert [f.counts["deaths"] for f in found.followed if f.arm == "comparison"] == [9, 9]


def test_those_who_entered_in_a_wave_cannot_be_computed_from_all_members(tiny):
    attrition = (
        *_entry("treated", "w1", 0, age_or_benefit=50, entered=100),
        *_entry("treated", "w2", 0, entered_earlier=60, entered=2),
    )
    windows = (_window("1", "treated", 102, 0), _window("1", "comparison", 200, 0))
    found = _facts(tiny, _cohort(*windows, attrition=attrition, treated=102, comparison=200))
    assert [entry.steps["entered"] for entry in found.entries] == [None, None]
    assert found.page_one.treated == 102
    assert found.entries[0].steps["age_or_benefit"] is None and found.entries[1].steps["entered_earlier"] is None


def test_mortality_has_the_intervals_that_the_measurement_found(tiny):
    windows = (_window("1", "treated", 100, 5), _window("1", "comparison", 200, 9))
    looked = {
        "outcome": "", "basis": "cumulative", "name": "check.mortality", "verdict": "held",
        "figures": {
            "treated": "0.050000", "treated_low": "0.016000", "treated_high": "0.117000", "comparison": "0.045000",
            "comparison_low": "0.021000", "comparison_high": "0.085000", "ratio": "1.110000", "ratio_low": "0.290000",
            "ratio_high": "3.690000",
        },
    }  # fmt: skip
    alone = looked | {"basis": "period", "verdict": "broken"}
    found = _facts(tiny, _cohort(*windows, treated=100, comparison=200), alone, looked).mortality
    assert found is not None and found.verdict == "held"
    assert (found.rates["treated"].low, found.rates["comparison"].high) == (Decimal("1.6"), Decimal("8.5"))
    assert (found.ratio.value, found.ratio.low, found.ratio.high) == (Decimal("1.11"), Decimal("0.29"), Decimal("3.69"))


def test_a_cohort_measured_before_attrition_was_counted_is_told_as_far_as_it_goes(tiny):
    old = {"window_id": "1", "arm": "treated", "persons": 100, "person_days": 36500, "deaths": 5, "movers": 7,
           "present_at_end": 95}  # fmt: skip
    cohort = _cohort(old, old | {"arm": "comparison"}, treated=100, comparison=100)
    del cohort["attrition"]
    found = _facts(tiny, cohort)
    assert found.entries == ()
    assert found.followed[0].counts == {"persons": 100, "deaths": 5, "present_at_end": 95, "movers": 7}
    few = _cohort(old | {"deaths": 3, "present_at_end": 96}, old | {"arm": "comparison"}, treated=100, comparison=100)
    # Of the four who were gone three had died: those who were there are hidden with them.
    assert _facts(tiny, few).followed[0].counts == {"persons": 100, "deaths": None, "present_at_end": None, "movers": 7}


def test_who_is_known_before_is_told_where_the_contract_asks(tiny, tiny_contract):
    assert known_before(_evidence(tiny, _cohort(_window("1", "treated", 9, 0), treated=9))) is None
    asks = tiny_contract({"cohort.known_before": {"indicator": "hospital_contacts@1", "months": "24"}})
    told = known_before(_evidence(asks, _cohort(_window("1", "treated", 9, 0), treated=9)))
    assert told is not None and told.startswith("mindst 1 i de sidste 24 måneder før start af ")


def _found(tiny: Contract, name: str, **figures: object) -> dict[str, Any]:
    row = {"outcome": "contacts", "basis": "cumulative", "name": name, "verdict": "shown", "figures": figures}
    evidence = _evidence(tiny, _cohort(_window("1", "treated", 9, 0), treated=9), (row, row | {"basis": "period"}))
    (finding,) = findings(evidence, "1", "contacts", "cumulative")
    assert finding == Finding(name, "shown", finding.figures)
    return finding.figures


def test_figures_are_exact_numbers_counts_and_words(tiny):
    assert _found(tiny, "variant.wild_bootstrap", p_value="0.352000", draws=9999, drawn="sample", none=None) == {
        "p_value": Decimal("0.352"), "draws": 9999, "drawn": "sample",
    }  # fmt: skip


def test_a_small_count_of_persons_is_withheld_with_those_beside_it_and_few_areas_are_not(tiny):
    assert _found(tiny, "check.balance", treated=400, unmatched=3, limit="0.250000") == {
        "treated": None, "unmatched": None, "limit": Decimal("0.25"),
    }  # fmt: skip
    assert _found(tiny, "check.few_areas", treated=3, comparison=4) == {"treated": 3, "comparison": 4}
    assert _found(tiny, "check.new", strangers=2) == {"strangers": None}, "what has no words may be persons"


def test_answers_are_withheld_where_few_gave_none_in_the_rates_and_in_the_response_alike(tiny):
    rows = [
        {"outcome": "satisfaction", "window_id": "1", "arm": arm, "persons": persons, "person_days": 0, "invited": 100,
         "person_years": Decimal(0), "quantity": Decimal(5 * persons), "value": Decimal(5), "low": None, "high": None,
         "standardised": None, "standardised_low": None, "standardised_high": None, "standardised_refused": None}
        for arm, persons in (("treated", 98), ("comparison", 60))
    ]  # fmt: skip
    evidence = replace(_evidence(tiny, _cohort(_window("1", "treated", 100, 0), treated=100)), values={"1": rows})
    told = [(fact.answers, fact.asked, fact.percent) for fact in response_facts(evidence, "1")]
    assert told == [(None, 100, None), (60, 100, 60)]
    assert [fact.persons for fact in figures.rate_facts(evidence, "1")] == [None, 60]


def test_repeated_cross_sections_tell_only_how_many_were_seen(tiny):
    cohort = {"kind": "open", "windows": [{"window_id": "1", "arm": "treated", "persons": 3}]}
    found = _facts(tiny, cohort)
    assert (found.page_one.treated, found.page_one.comparison, found.mortality) == (None, 0, None)


def test_an_effect_knows_over_which_periods_it_is(tiny):
    windows = (_window("1", "treated", 100, 5), _window("1", "comparison", 200, 9))
    evidence = _evidence(tiny, _cohort(*windows, treated=100, comparison=200))
    evidence = replace(evidence, values={"1": []})
    found = [figures.effect_fact(evidence, "1", "contacts", basis).basis for basis in ("period", "cumulative")]
    assert found == ["period", "cumulative"]
