"""What follows page one: who was followed, rates with intervals, how each effect was found, and the same in other ways."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from maalbar.documents.certainty import ONLY_SHOWN
from maalbar.documents.content import Figure, Items, Note, Table
from maalbar.documents.diagnosis import CHECKS, VARIANTS
from maalbar.documents.formats import Formats, plain
from maalbar.documents.refusals import REASONS, reason_in_words
from maalbar.documents.sections import statement_document
from maalbar.documents.statement import drawings
from maalbar.documents.wording import page_one

from .made_up import STATEMENT, diagnosed, effect, looked, statement
from .test_statement_files import Page, html_page, pdf_pages, squeeze

DIAGNOSED = diagnosed()
DANISH = Formats("da_DK", "DKK")
BY_AREA = DIAGNOSED.effects[0]


def blocks(facts, heading):
    return next(section.blocks for section in statement_document(facts).sections if section.heading == heading)


def tables(facts, heading) -> dict[str, Table]:
    return {block.caption: block for block in blocks(facts, heading) if isinstance(block, Table)}


def cells(table: Table) -> list[list[str]]:
    return [[plain(cell) for cell in row] for row in table.rows]


CERTAINTY = "Hvordan effekten er målt, og hvad der taler for og imod"
FOLLOWED = "Hvem der følges"


def test_the_sections_stand_in_the_order_in_which_a_reader_asks():
    assert [section.heading for section in statement_document(DIAGNOSED).sections][1:6] == [
        "Tallene i denne opgørelse", FOLLOWED, "Rater", CERTAINTY, "Hvad der tælles",
    ]  # fmt: skip


def test_what_was_not_looked_at_has_no_section_and_no_drawing():
    headings = [section.heading for section in statement_document(STATEMENT).sections]
    assert FOLLOWED not in headings and CERTAINTY not in headings
    assert list(drawings(STATEMENT)) == ["course"]


def test_pdf_and_html_say_the_same_after_page_one():
    page, text = plain(html_page(DIAGNOSED)), "".join(pdf_pages(DIAGNOSED))
    for section in statement_document(DIAGNOSED).sections:
        for block in section.blocks:
            said = {Table: lambda b: b.caption, Figure: lambda b: b.caption, Note: lambda b: b.text}.get(type(block))
            texts = [said(block)] if said else list(block.texts) if isinstance(block, Items) else []
            for one in texts:
                assert squeeze(one) in text.replace("­", ""), one
                assert plain(one).replace("<", "&lt;") in page, one


def test_every_drawing_is_placed_once_with_its_words():
    page = Page(html_page(DIAGNOSED))
    titles = [attrs["id"] for tag, attrs in page.tags if tag == "title" and "id" in attrs]
    assert titles == [f"chart-{name}" for name in drawings(DIAGNOSED)]
    assert list(drawings(DIAGNOSED)) == ["course", "forest-acute_contacts", "forest-life_satisfaction"]


def test_no_cell_after_page_one_is_blank():
    for section in statement_document(DIAGNOSED).sections:
        for block in section.blocks:
            if isinstance(block, Table):
                assert all(cell.strip() for row in block.rows for cell in row), block.caption


def test_the_way_from_resident_to_member_has_a_column_for_each_wave_of_each_arm():
    entered = tables(DIAGNOSED, FOLLOWED)["Fra beboer til deltager: hvem der kom ind, og hvad der holdt andre ude"]
    assert entered.groups == (("", 1), ("Indsats", 3), ("Sammenligning", 3))
    rows = {row[0]: row[1:] for row in cells(entered)}
    assert rows["Bor i områderne på dagen"] == ["3.100"] * 3 + ["9.300"] * 3
    assert rows["Bor på plejehjem"] == ["44", "44", "skjult", "132", "132", "132"]
    assert rows["Kommet ind"] == ["820", "110", "73", "2.460", "330", "219"]
    assert "For lavt tidligere forbrug" not in rows, "a reason that nobody met is left out"


def test_what_became_of_those_followed_is_told_by_period_and_arm():
    course = tables(DIAGNOSED, FOLLOWED)["Hvad der blev af dem i hver periode"]
    assert course.headers[2:] == (
        "Fulgt", "Døde", "Udvandret", "Stoppet", "Fulgt til slut", "Heraf flyttet", "Heraf skiftet",
    )  # fmt: skip
    assert cells(course)[0] == [
        "1: jul. 2026–jun. 2027", "Indsats", "820", "20", "skjult", "0", "skjult", "31", "6",
    ]  # fmt: skip


def test_the_mortality_of_both_arms_stands_with_its_ratio_and_again_beside_the_rates():
    found = tables(DIAGNOSED, FOLLOWED)["Dødelighed siden start"]
    assert cells(found) == [
        ["Indsats", "41", "1.003", "4,1", "2,9 til 5,5"],
        ["Sammenligning", "118", "2.951", "4,0", "3,3 til 4,8"],
        ["Forhold", "–", "–", "1,02", "0,71 til 1,46"],
    ]
    notes = [block.text for block in blocks(DIAGNOSED, "Rater") if isinstance(block, Note)]
    assert notes[-1] == (
        "Dødelighed i samme tid: 4,1 (2,9 til 5,5) mod 4,0 (3,3 til 4,8) pr. 100 personår; forhold 1,02 (0,71 til 1,46)."
    )


def test_a_hidden_number_of_deaths_hides_its_rate_and_the_ratio():
    found = DIAGNOSED.mortality
    nothing = replace(found.ratio, value=None, low=None, high=None)
    hidden = replace(
        found, deaths=found.deaths | {"treated": None}, rates=found.rates | {"treated": nothing}, ratio=nothing
    )
    rows = cells(tables(diagnosed(mortality=hidden), FOLLOWED)["Dødelighed siden start"])
    assert rows[0] == ["Indsats", "skjult", "1.003", "skjult", "skjult"]
    assert [row[0] for row in rows] == ["Indsats", "Sammenligning"]
    # Over no deaths the ratio is without limit, and its lower limit is not.
    endless = replace(found, ratio=replace(nothing, low=Decimal("8.34")))
    assert cells(tables(diagnosed(mortality=endless), FOLLOWED)["Dødelighed siden start"])[2][3:] == ["–", "over 8,34"]


def test_rates_stand_crude_and_standardised_each_with_its_interval():
    table = tables(DIAGNOSED, "Rater")["Akutte hospitalskontakter, kontakter pr. personår"]
    assert plain(" ".join(table.headers)) == (
        "Vindue Gruppe Personer Personår Antal Værdi 95 %-interval Standardiseret 95 %-interval"
    )
    # 411 contacts in 982.5 years: 0.418; the limits and the standard of the made-up facts are a tenth and 4 % beside.
    assert cells(table)[0] == [
        "før: b1", "Indsats", "1.003", "982,5", "411", "0,418", "0,376 til 0,460", "0,435", "0,392 til 0,479",
    ]  # fmt: skip
    assert cells(table)[1][-2:] == ["ikke beregnet", "–"]


def test_a_hidden_rate_hides_what_it_could_be_computed_from():
    rates = tuple(
        replace(r, persons=None, person_years=None, events=None, value=None) if r.window == "b1" else r
        for r in DIAGNOSED.rates
    )
    rows = cells(tables(diagnosed(rates=rates), "Rater")["Akutte hospitalskontakter, kontakter pr. personår"])
    assert rows[0][2:] == ["skjult"] * 7


def bullets(facts, title: str | None) -> list[str]:
    return [plain(t) for b in blocks(facts, CERTAINTY) if isinstance(b, Items) and b.title == title for t in b.texts]


def test_each_estimator_is_explained_once_with_what_it_assumes():
    assert bullets(DIAGNOSED, None) == [
        "Forskel i forskelle: ændringen fra før til efter i indsatsområderne holdes op mod ændringen i sammenligningsområderne. "
        "Det bygger på, at uden indsatsen havde de to grupper ændret sig ens.",
        "Før og efter: de fulgte holdes op mod sig selv før start, uden sammenligningsgruppe. "
        "Det bygger på, at intet andet end indsatsen har ændret noget.",
    ]
    by_person = diagnosed(effects=DIAGNOSED.effects[1:2])
    assert bullets(by_person, None)[1].startswith("Usikkerheden regner personerne som uafhængige af hinanden;")
    # With one estimator for all, which one it is stands once above them.
    assert bullets(by_person, "Livstilfredshed") == ["Mindste effekt, der kan påvises: 0,7 point."]


def test_an_effect_says_how_it_is_found_what_is_independent_and_what_could_be_shown():
    assert bullets(DIAGNOSED, "Akutte hospitalskontakter") == [
        "Målt ved forskel i forskelle.",
        "Usikkerheden regner kun hele områder som uafhængige; det, der rammer et område, rammer mange på én gang.",
        "Opfølgningen slutter i begge grupper, når personen flytter fra den kommune, vedkommende boede i ved start.",
        "Beregnet før start: mindste effekt, der kan påvises: 21 %; chance for at påvise målet: 28 %.",
        "Mål 10 %; mindste effekt, der kan påvises: 19 %; chance for at påvise målet: 31 %.",
    ]
    assert bullets(DIAGNOSED, "Sundhedskompetence") == [
        "Målt ved forskel i forskelle.",
        "Sundhedskompetence er ikke målbar, fordi svarprocenten er 36 og skal være mindst 40.",
    ]


def checks(facts, title: str) -> dict[str, list[str]]:
    return {row[0]: row[1:] for row in cells(tables(facts, CERTAINTY)[f"{title}: hvad der er undersøgt"])}


def test_every_check_is_a_question_with_its_answer_its_figures_and_its_verdict():
    rows = checks(DIAGNOSED, "Akutte hospitalskontakter")
    assert rows["Fulgtes grupperne ad før start?"] == [
        "Nej: grupperne ændrede sig forskelligt allerede før start; effekten kan være den forskel, der går videre. "
        "P-værdi 0,041; mindste effekt, der kan påvises: 9 %; b1 → b2: −6 % (−12 % til 0 %); b2 → b3: +1 % (−5 % til +7 %).",
        "holder ikke",
    ]
    assert rows["Er der områder nok til at vise en effekt?"][0].endswith(
        "Mindste p-værdi, så få områder kan give: < 0,001; områder med indsats: 3; områder til sammenligning: 21."
    )
    assert rows["Havde grupperne ændret sig ens uden indsatsen?"] == ["Det kan ingen data vise.", "kan ikke undersøges"]
    assert rows["Usikkerhed ved at bytte områder om"][1] == "bedømmes ikke"


def test_a_check_that_has_no_words_is_told_by_its_name_and_what_is_hidden_stays_hidden():
    rows = checks(DIAGNOSED, "Livstilfredshed")
    assert rows["unheard_of"] == ["Personer: skjult; something 0,12.", "holder"]


@pytest.mark.parametrize("kind", ["check", "variant", "estimator"])
def test_whatever_a_measurement_calls_what_it_found_can_bebullets(kind):
    names = {"check": CHECKS, "variant": VARIANTS}.get(kind, {})
    odd = [looked(f"{kind}.{name}", "held", change="0.1") for name in (*names, "new")]
    odd += [looked(f"{kind}.none", "doubted"), looked(f"{kind}.refused", "untested", not_measurable="new_code: 1; 2")]
    told = diagnosed(effects=(replace(BY_AREA, findings=tuple(odd)),))
    assert "new" in html_page(told)


def test_an_effect_measured_in_other_ways_is_drawn_and_told_in_figures():
    ways = tables(DIAGNOSED, CERTAINTY)["Figurens tal"]
    svg = drawings(DIAGNOSED)["forest-acute_contacts"]
    rows = [
        row
        for b in blocks(DIAGNOSED, CERTAINTY)
        if isinstance(b, Table) and b.caption == "Figurens tal"
        for row in cells(b)
    ]
    assert rows[:4] == [
        ["Hovedresultat", "−7 %", "−20 % til +8 %"],
        ["Uden tiden efter skift til den anden gruppe", "−7 %", "−20 % til +9 %"],
        ["Uden den sidste tid af livet", "−6 %", "−18 % til +9 %"],
        ["Kun den første bølge", "−9 %", "−26 % til +11 %"],
    ]
    assert ways.headers[0] == "Måde"
    for label, change, limits in rows[:4]:
        assert f">{label}<" in plain(svg)
        assert f">{change} ({limits})<" in plain(svg)
    assert ">Ingen effekt<" in svg and ">Mål: −10 %<" in plain(svg)


def test_each_wave_is_told_alone_where_the_measurement_looked_at_them():
    waves = _waves(BY_AREA)
    assert waves.headers == ("Bølge", "periode 1", "periode 2")
    assert cells(waves) == [
        ["bølge 1", "−6 % (−19 % til +9 %)", "−9 % (−24 % til +8 %)"],
        ["bølge 2", "ikke inde", "ikke målbar"],
    ]


def _waves(acute) -> Table:
    found = tables(diagnosed(effects=(acute,)), CERTAINTY)
    return next(table for caption, table in found.items() if "bølge for bølge" in caption)


def test_waves_stand_in_their_order_whichever_of_them_are_not_measurable():
    figures = {f"w{wave}_{wave}_change": "-0.1" for wave in (10, 9)} | {
        "w2_2_not_measurable": "few_events: treated_after; 10"
    }
    waves = _waves(replace(BY_AREA, findings=(looked("variant.by_wave", change="-0.1", **figures),)))
    assert [row[0] for row in waves.rows] == ["bølge 2", "bølge 9", "bølge 10"]
    assert waves.headers[1:] == ("periode 2", "periode 9", "periode 10")


def test_the_reserve_says_whether_it_is_used_and_why_a_part_of_it_fails():
    found = tables(DIAGNOSED, CERTAINTY)["Akutte hospitalskontakter: den aftalte reserve (bruges ikke)"]
    assert cells(found) == [["Før og efter", "−11 %", "−19 % til −2 %"], ["Matchet sammenligning", "ikke målbar", "–"]]
    notes = [block.text for block in blocks(DIAGNOSED, CERTAINTY) if isinstance(block, Note)]
    assert notes == [
        "Matchet sammenligning: ikke målbar, fordi de matchede grupper er for forskellige "
        "(standardiseret forskel 0,31, aftalt højst 0,25).",
        ONLY_SHOWN,
    ]
    used = diagnosed(effects=(replace(BY_AREA, change=None, low=None, high=None, is_replaced=True),))
    assert "Akutte hospitalskontakter: den aftalte reserve (bruges)" in tables(used, CERTAINTY)
    assert "Kan ikke vurderes" in page_one(used)[3] and "reserve" in page_one(used)[3]


def test_of_what_is_only_shown_stands_what_does_not_hold_and_no_other_way_of_measuring_it():
    only_shown = diagnosed(effects=(replace(BY_AREA, paid=False),))
    broken = [f for f in BY_AREA.findings if f.kind == "check" and f.verdict == "broken"]
    assert 0 < len(broken) < len([f for f in BY_AREA.findings if f.kind == "check"])

    found = tables(only_shown, CERTAINTY)
    assert list(found) == ["Akutte hospitalskontakter: hvad der er undersøgt"]
    assert {row[0] for row in next(iter(found.values())).rows} == {CHECKS[f.about].question for f in broken}
    assert list(drawings(only_shown)) == ["course"]
    assert [b.text for b in blocks(only_shown, CERTAINTY) if isinstance(b, Note)] == [ONLY_SHOWN]


def test_who_answered_is_told_by_window_and_arm():
    found = tables(DIAGNOSED, CERTAINTY)["Livstilfredshed: hvem der har svaret"]
    assert found.groups == (("", 1), ("Indsats", 3), ("Sammenligning", 3))
    # Before entry nobody knows who could have answered; after it what is not told is withheld.
    assert cells(found)[0] == ["før: b3", "512", "–", "–", "1.490", "–", "–"]
    assert cells(found)[-1] == ["2: jul. 2027–jun. 2028", "451", "980", "46", "skjult", "2.800", "skjult"]


AREAS = {
    "an interval that few areas make approximate": (
        BY_AREA, "Usikkert; intervallet går hen over 0, så det kan ikke udelukkes, at der ingen effekt er. "
        "Intervallet er tilnærmet. Indsatsen er i 3 af 24 områder.",
    ),
    "areas that cannot show it": (
        replace(
            BY_AREA, low=Decimal("-0.2"), high=Decimal("-0.01"),
            findings=(looked("check.few_areas", "broken", treated=3, comparison=3, smallest_p="0.100000"),),
        ),
        "Usikkert, selv om hele intervallet ligger på samme side af 0. Intervallet er tilnærmet. "
        "3 af 6 områder kan ikke vise en effekt, hvor stor den end er (mindste p-værdi 0,10). Mindste",
    ),
    "areas that can": (
        replace(BY_AREA, low=Decimal("-0.2"), high=Decimal("-0.01"), is_significant=True, is_approximate=False, findings=()),
        "Rimelig sikkert en forbedring; hele intervallet ligger på samme side af 0. Mindste",
    ),
    "persons": (effect(), "Sikkerhed: Usikkert; intervallet går hen over 0, så det kan ikke udelukkes, at der ingen effekt er. "
        "Mindste effekt"),
}  # fmt: skip


@pytest.mark.parametrize(("lead", "expected"), AREAS.values(), ids=AREAS.keys())
def test_line_four_says_what_the_areas_can_show(lead, expected):
    assert expected in page_one(statement(effects=(lead,)))[3]


def test_line_four_counts_the_assumptions_that_do_not_hold():
    assert "1 af 3 undersøgte antagelser holder ikke." in page_one(DIAGNOSED)[3]
    sound = replace(BY_AREA, findings=tuple(f for f in BY_AREA.findings if f.verdict != "broken"))
    assert "antagelser" not in page_one(diagnosed(effects=(sound,)))[3]


def test_a_diagnosed_statement_still_has_nine_lines_on_one_page():
    text = pdf_pages(DIAGNOSED)
    assert len(page_one(DIAGNOSED)) == 9
    assert squeeze("Efterprøv: pas 7F3A90C2") in text[0] and squeeze("Resultatet i hver periode") in text[1]


def _told(reason: str) -> str:
    return reason_in_words(reason, DANISH)


@pytest.mark.parametrize("code", REASONS)
def test_every_reason_can_be_told_with_and_without_its_details(code):
    assert _told(code) and "{" not in _told(code)
    assert "{" not in _told(f"{code}: treated_after; 0.31; more")


def test_a_reason_without_words_is_shown_as_it_is_and_numbers_are_danish():
    assert _told("unheard_of: 1.5") == "unheard_of: 1.5"
    assert "0,31" in _told("imbalance: 0.31; 0.25")
