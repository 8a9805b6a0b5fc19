"""Where a newcomer was misled: blind checks, other ways of reckoning, worth without its factors, empty columns."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from maalbar.documents import effects
from maalbar.documents.findings import RatedFact
from maalbar.documents.sections import statement_document
from maalbar.documents.wording import page_one

from .made_up import STATEMENT, diagnosed, effect, looked, statement
from .test_what_stands_behind import BY_AREA, DIAGNOSED, blocks, bullets, cells, checks, tables

FIGURES = "Tallene i denne opgørelse"


def _judged(finding, target="-0.10") -> list[str]:
    acute = replace(BY_AREA, target=target and Decimal(target), findings=(finding,))
    (row,) = checks(diagnosed(effects=(acute,)), "Akutte hospitalskontakter").values()
    return row


def test_a_check_that_would_not_have_seen_the_target_confirms_nothing():
    blind = looked("check.pre_trend", "held", p_value="0.9", detectable="0.252")
    said, verdict = _judged(blind)
    assert verdict == "ikke modsagt"
    assert said.startswith("Ikke modsagt:") and "men kun 25,2 % ville være set, og målet er 10 %." in said
    wide = looked("check.placebo", "held", change="0.05", low="-0.13", high="0.27")
    assert _judged(wide)[1] == "ikke modsagt" and "en så stor som målet, 10 %, ville ikke være set" in _judged(wide)[0]


@pytest.mark.parametrize(
    "sharp",
    [looked("check.pre_trend", "held", detectable="0.09"), looked("check.placebo", "held", change="0", low="-0.09", high="0.09")],
    ids=["least effect", "interval"],
)  # fmt: skip
def test_a_check_that_would_have_seen_the_target_holds(sharp):
    assert _judged(sharp)[1] == "holder"
    assert _judged(looked("check.pre_trend", "held", detectable="0.25"), target=None)[1] == "holder"


def test_both_arms_are_told_in_one_phrase():
    said, _ = checks(DIAGNOSED, "Livstilfredshed")["Svarer nok, og lige mange i begge grupper?"]
    assert "Svarprocent 46 % mod 50 % (indsats mod sammenligning); aftalt mindst 40 %;" in said
    assert "aftalt forskel højst 10 procentpoint;" in said and said.endswith("har svaret: 451 mod 1.400.")


def test_of_what_is_only_shown_nothing_is_said_again_that_stands_in_the_table_of_effects():
    only_shown = replace(BY_AREA, paid=False, censor=(), findings=())
    assert (
        bullets(diagnosed(effects=(DIAGNOSED.effects[1], replace(only_shown, clusters="person"))), BY_AREA.title) == []
    )
    insecure = replace(
        only_shown, clusters="person", low=Decimal("-0.2"), high=Decimal("-0.01"), is_significant=True,
        findings=(looked("variant.permutation", p_value="0.104"),),
    )  # fmt: skip
    assert bullets(diagnosed(effects=(DIAGNOSED.effects[1], insecure)), BY_AREA.title)[-1] == (
        "Regnet ved ombytning af områder (p-værdi 0,104) er det ikke sikkert."
    )


SURE = {"low": Decimal("-0.2"), "high": Decimal("-0.01"), "is_significant": True}
OTHERWISE = {
    "both doubt it": (
        SURE, {"wild_bootstrap": "0.060", "permutation": "0.104"},
        "Regnet ved wild cluster bootstrap (p-værdi 0,060) og ved ombytning af områder (p-værdi 0,104) er det ikke sikkert.",
    ),
    "one is surer": (
        {}, {"wild_bootstrap": "0.041", "permutation": "0.2"},
        "Regnet ved wild cluster bootstrap (p-værdi 0,041) ville det være sikkert.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("changed", "found", "expected"), OTHERWISE.values(), ids=OTHERWISE.keys())
def test_line_four_says_where_another_way_of_reckoning_comes_out_on_the_other_side(changed, found, expected):
    lead = replace(
        BY_AREA, **changed, findings=tuple(looked(f"variant.{name}", p_value=p) for name, p in found.items())
    )
    assert expected in page_one(statement(effects=(lead,)))[3]


def test_line_four_says_nothing_of_other_ways_that_come_out_the_same():
    doubted = looked("variant.permutation", p_value="0.5")
    assert "Regnet ved" not in page_one(statement(effects=(replace(BY_AREA, findings=(doubted,)),)))[3]
    certain = replace(BY_AREA, **SURE, findings=(looked("variant.permutation", p_value="0.001"),))
    assert "Regnet ved" not in page_one(statement(effects=(certain,)))[3]


def test_the_worth_of_avoided_units_can_be_multiplied_and_comes_to_page_one():
    (table,) = tables(STATEMENT, "Beregnet værdi").values()
    # 500 expected less 465 seen, each worth 12,000 kr., seven tenths of it to the region; 210 more contacts to the doctor.
    assert cells(table)[0] == [
        "Akutte hospitalskontakter", "465", "500,0000", "35,0000", "12.000 kr.", "region", "70 %", "294.000 kr.",
    ]  # fmt: skip
    assert cells(table)[-1][3:] == ["−210,0000", "250 kr.", "region", "100 %", "−52.500 kr."]
    assert "region 241.500, kommune 84.000, stat 42.000 kr." in page_one(STATEMENT)[6]


def test_a_withheld_count_hides_its_worth_and_every_sum_it_is_part_of():
    acute, gp = STATEMENT.values
    hidden = replace(gp, counted=None, expected=None, worth_minor={"region": None})
    facts = statement(values=(acute, hidden))
    (table,) = tables(facts, "Beregnet værdi").values()
    assert cells(table)[-1] == [gp.title, "skjult", "skjult", "skjult", "250 kr.", "region", "100 %", "skjult"]
    assert "region skjult, kommune 84.000, stat 42.000 kr." in page_one(facts)[6]


def test_the_response_is_a_column_only_where_there_are_surveys_and_withheld_is_not_absent():
    caption = "Effekt af indsatsen, målt mod det ventede uden indsatsen"
    with_surveys = tables(diagnosed(effects=(BY_AREA, replace(DIAGNOSED.effects[1], response_percent=None))), FIGURES)[
        caption
    ]
    assert [row[-2] for row in cells(with_surveys)] == ["–", "skjult"]
    assert "Svarprocent" not in tables(statement(effects=(BY_AREA,)), FIGURES)[caption].headers


def test_a_return_has_its_column_when_the_contract_is_over_and_a_sentence_before():
    def told(rate):
        facts = statement(investors=(replace(STATEMENT.investors[0], yearly_return=rate),))
        found = blocks(facts, "Betalinger og lofter")
        return found[-2].headers[-1], found[-1].text

    assert told(None)[0] == "Tilkommer i alt" and "regnes, når kontrakten er slut" in told(None)[1]
    assert told(Decimal("0.12"))[0] == "Afkast om året" and "når kontrakten er slut" not in told(Decimal("0.12"))[1]


SO_FAR = replace(effect(), basis="cumulative")
ALONE = "Periode 2 alene: 9 % færre (24 % færre til 6 % flere)."


def test_line_three_says_over_which_periods_its_figure_is_and_what_the_period_alone_is():
    line = page_one(statement(effects=(SO_FAR,)))[2]
    assert line.startswith("Resultat over alle perioder til nu: 7 % færre akutte hospitalskontakter")
    assert line.endswith(f"Mål: 10 %. {ALONE}")


def test_where_each_period_is_paid_for_itself_nothing_is_said_of_others():
    assert "alle perioder" not in " ".join(page_one(statement()))


def test_of_the_first_period_all_periods_so_far_are_that_one():
    first = statement(period="1", course={"1": STATEMENT.course["1"]}, effects=(SO_FAR,))
    assert page_one(first)[2].startswith("Resultat: 7 % færre")


def test_a_period_that_alone_cannot_be_measured_gives_its_reason_beside_the_sum():
    none = replace(effect(), change=None, low=None, high=None, not_measurable="few_events: treated_after; 10")
    line = page_one(statement(effects=(SO_FAR,), course=STATEMENT.course | {"2": (none,)}))[2]
    assert "Periode 2 alene: ikke målbar, fordi " in line


def test_further_outcomes_say_over_which_periods_they_are():
    life = replace(STATEMENT.effects[1], basis="cumulative")
    assert page_one(statement(effects=(SO_FAR, life)))[4].startswith("Livstilfredshed over alle perioder til nu: +0,2")


def test_the_table_of_effects_and_the_course_say_that_they_are_over_other_periods():
    counted = replace(effect(), contrast="count", change=Decimal(20), low=None, high=None, target=None)
    said = [
        next(iter(tables(statement(effects=shown), FIGURES)))
        for shown in ((SO_FAR,), (SO_FAR, counted), (effect(), counted))
    ]
    measured = "målt mod det ventede uden indsatsen"
    assert said == [
        f"Effekt af indsatsen over alle perioder til nu, {measured}",
        f"Effekt af indsatsen over alle perioder til nu, {measured}; optællinger i perioden alene",
        f"Effekt af indsatsen, {measured}",
    ]
    course = statement_document(statement(effects=(SO_FAR,))).sections[0]
    assert [block.text for block in course.blocks if block.kind == "note"] == [
        "Figuren og dens tabel viser hver periode for sig. Resultatet på første side er over alle perioder til nu."
    ]
    assert all(block.kind != "note" for block in statement_document(statement()).sections[0].blocks)


def test_an_interval_that_holds_the_target_and_as_much_the_other_way_says_nothing():
    wide = looked(
        "variant.by_wave", w1_1_change="0.213", w1_1_low="-0.775", w1_1_high="5.525", w1_2_change="-0.09", w1_2_low="-0.24",
        w1_2_high="0.08",
    )  # fmt: skip
    acute = replace(BY_AREA, findings=(wide, looked("variant.first_wave", change="-0.09", low="-0.2", high="0.1")))
    told = [
        block
        for section in statement_document(diagnosed(effects=(acute,))).sections
        for block in section.blocks
        if block.kind == "table" and "bølge for bølge" in block.caption
    ]
    assert [cells(table) for table in told] == [
        [["bølge 1", "+21 % (−78 % til +553 %): for få til at sige noget", "−9 % (−24 % til +8 %)"]]
    ]
    assert not effects.says_nothing(replace(BY_AREA, target=None), RatedFact(Decimal(0), Decimal(-1), Decimal(1)))


def test_what_is_between_two_windows_before_the_start_is_told_by_their_months():
    trend = looked("check.pre_trend", "held", b1_b2_change="0.053", b1_b2_low="-0.02", b1_b2_high="0.13")
    acute = replace(BY_AREA, findings=(trend,))
    windows = (("b1", date(2023, 7, 1), date(2024, 7, 1)), ("b2", date(2024, 7, 1), date(2025, 7, 1)))
    (row,) = checks(diagnosed(effects=(acute,), baseline_windows=windows), "Akutte hospitalskontakter").values()
    assert "Fra jul. 2023–jun. 2024 til jul. 2024–jun. 2025: +5 % (−2 % til +13 %)." in row[0]
