"""The two pages of the yearly report: what they say to somebody who has never met an interval, whatever came out."""

from __future__ import annotations

import io
import itertools
import re
from dataclasses import asdict, replace
from decimal import Decimal
from functools import cache
from typing import Any

import pypdf
import pytest

from maalbar.documents.formats import plain
from maalbar.documents.yearly.document import yearly_document
from maalbar.documents.yearly.facts import YearlyFacts
from maalbar.documents.yearly.layout import laid_out, report_name
from maalbar.suppressed import SUPPRESSED
from tests.documents.test_accessible import Page
from tests.documents.test_language import danish_in

from .made_up import CASES, arms, english, of_statement, report, small, unmeasurable, wrong_way

BOTH = CASES | {f"{name} in English": english(facts) for name, facts in CASES.items()}
every = pytest.mark.parametrize("name", BOTH)


@cache
def files(name: str) -> tuple[bytes, bytes]:
    """The PDF and the HTML of a report, laid out once for all tests."""
    pdf, html = laid_out(BOTH[name]).values()
    return pdf, html


def words_of(value: Any) -> list[str]:
    """Every text of a document or its drawings."""
    if isinstance(value, str):
        return [plain(value)]
    if isinstance(value, dict):
        value = list(value.values())
    return [word for part in value for word in words_of(part)] if isinstance(value, list | tuple) else []


def said(facts: YearlyFacts) -> str:
    document, _ = yearly_document(facts)
    return " ".join(words_of(asdict(document)))


def short(facts: YearlyFacts) -> dict[str, str]:
    """The lines of «Kort fortalt» by their leads."""
    document, _ = yearly_document(facts)
    return {part.lead.rstrip(":"): plain(part.rest) for part in document.short}


def pages(pdf: bytes) -> list[str]:
    return [" ".join((page.extract_text() or "").split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


@every
def test_there_are_exactly_two_pages_of_a4(name):
    pdf, _ = files(name)
    sizes = [
        (round(float(p.mediabox.width)), round(float(p.mediabox.height)))
        for p in pypdf.PdfReader(io.BytesIO(pdf)).pages
    ]
    assert sizes == [(595, 842)] * 2


def test_long_names_and_many_payers_still_fill_two_pages():
    payer = report().paid[0]
    many = tuple(
        replace(payer, payer=f"Kommunen med det meget lange navn nummer {n} i et stort samarbejde") for n in range(30)
    )
    found = pages(next(iter(laid_out(replace(report(), paid=many)).values())))
    assert len(found) == 2 and "nummer29" in found[1].replace(" ", "")


def test_the_answer_stands_first_in_plain_words():
    told = short(report())
    assert (
        told["Hvem"]
        == "1.003 personer følges. De sammenlignes med 2.900 personer i 21 andre områder, som ikke får indsatsen."
    )
    assert told["Akutte hospitalskontakter"] == (
        "11 % færre end ventet uden indsatsen (sandsynligvis 21 % færre til 0 %). Målet er 10 % færre. "
        "Forskellen kan være tilfældig: målingen kan ikke udelukke, at indsatsen ingen virkning har."
    )
    assert told["Sundhedskompetence"].endswith("Forskellen er større, end tilfældet plejer at give.")
    # 1.396.974 + 529.073 + 232.000 for period 5, and 3.596.974 + 1.299.073 + 1.100.000 in all.
    assert (
        told["Betaling"]
        == "denne periode udløser 2.158.047 kr.; for alle perioder til nu er der afregnet 5.996.047 kr."
    )


def test_what_cannot_be_measured_says_why_in_plain_words_and_without_a_number_of_answers():
    told = short(unmeasurable())
    assert told["Akutte hospitalskontakter"] == "Det kan ikke måles, fordi data er ikke kommet. Målet er 10 % færre."
    assert "for få har svaret på spørgeskemaet" in told["Livstilfredshed"]
    assert "ingen blev spurgt, før indsatsen begyndte" in told["Sundhedskompetence"]
    assert "36" not in said(unmeasurable()), "how many per cent answered could tell how many did"
    assert told["Betaling"] == "resultaterne giver efter aftalen ingen betaling til og med denne periode."


def test_an_effect_that_goes_the_wrong_way_is_called_that():
    told = short(wrong_way())
    assert "Det går den forkerte vej" in told["Akutte hospitalskontakter"]
    assert "12 % flere end ventet" in told["Akutte hospitalskontakter"]
    assert "peger den forkerte vej, men forskellen kan være tilfældig" in told["Livstilfredshed"]
    assert "for denne periode skal 250.000 kr. tilbage" in told["Betaling"]


def test_a_figure_that_may_not_leave_is_a_word_everywhere_and_the_word_is_explained():
    document, drawings = yearly_document(small())
    assert short(small())["Hvem"] == "Hvor mange der følges, er fortroligt."
    mortality = next(picture for picture in document.second if picture.drawing == "mortality")
    assert mortality.table.rows == (("1 2026/27", "fortroligt", "4,0"), ("2 2027/28", "fortroligt", "fortroligt"))
    assert "fortroligt" in mortality.alt and drawings["mortality"].count(">fortroligt<") == 2
    assert document.worth is not None and {row[1] for row in document.worth.table.rows} == {"fortroligt"}
    assert "Det er ikke nul." in document.remark and "Det er ikke nul." not in yearly_document(report())[0].remark


def test_nothing_of_the_statement_that_rests_on_counts_comes_through():
    facts = report(treated=SUPPRESSED, comparison=SUPPRESSED, worth_minor={"region": SUPPRESSED}, mortality=())
    told = of_statement(facts, cohort=replace(facts.statement.cohort, treated=98765, died=54321, comparison=87654))
    assert not re.search("98.?765|54.?321|87.?654", said(told))
    percents = tuple(replace(effect, response_percent=77) for effect in told.statement.effects)
    assert "77" not in said(of_statement(replace(told, responses=()), effects=percents))


@every
def test_every_picture_has_its_numbers_in_a_table_and_in_words(name):
    document, drawings = yearly_document(BOTH[name])
    for picture in (*document.first, *document.second):
        assert picture.table.rows and picture.drawing in drawings
        assert all(
            cell == "–" or cell.replace("|", " ") in picture.alt for row in picture.table.rows for cell in row[1:]
        )
    assert len(document.owed.rows) == len(document.owed.table.rows)


def test_the_numbers_of_a_picture_stand_in_it_and_need_no_colour_and_no_legend():
    _, drawings = yearly_document(report())
    texts = [plain(text) for text in re.findall(r">([^<]+)<", drawings["rates"])]
    assert {"0,52", "0,47", "Målgruppe", "Sammen-", "ligning"} <= set(texts)
    colours = set(re.findall(r"#[0-9a-f]{6}", drawings["rates"] + drawings["effect-1"] + drawings["owed-1"]))
    assert all(max(rgb) - min(rgb) <= 31 for rgb in ([int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in colours)), (
        "near grey"
    )


def test_a_bar_is_parted_by_period_only_where_each_adds_to_it():
    _, drawings = yearly_document(wrong_way())
    assert re.findall(r"<text[^>]*>([^<]+)<", drawings["owed-1"]) == []
    assert re.findall(r"<text[^>]*>([^<]+)<", drawings["owed-2"]) == ["1", "2"]


@every
def test_both_pages_say_what_report_it_is_how_it_stands_and_what_it_is_made_from(name):
    statement, found = BOTH[name].statement, [page.replace(" ", "") for page in pages(files(name)[0])]
    for page in found:
        assert "PladstilForskel" in page and "7F3A90C2" in page
        assert ("ØVELSE" in page or "REHEARSAL" in page) == (statement.rehearsal_years is not None)
    assert "ikkeaftalt" in found[0] or "notagreed" in found[0]


def test_the_value_is_marked_as_no_budget():
    document, _ = yearly_document(report())
    assert document.worth is not None and document.worth.heading == "Beregnet værdi, ikke frigjort budget"
    assert [plain(row[1]) for row in document.worth.table.rows] == ["241.500 kr.", "84.000 kr.", "42.000 kr."]


def test_what_is_uncertain_tells_of_what_is_not_measured_yet_and_of_deaths():
    assert "4 af 5 perioder er ikke målt endnu. Resultatet kan ændre sig." in said(report(1))
    assert "perioder er ikke målt endnu" not in said(report(5))
    mortality = report().statement.mortality
    assert mortality is not None and "Flere dør i målgruppen" not in said(report())
    assert "Flere dør i målgruppen" in said(of_statement(report(), mortality=replace(mortality, verdict="broken")))


@pytest.mark.parametrize("facts", CASES.values(), ids=CASES.keys())
def test_no_danish_is_left_in_english(facts):
    document, drawings = yearly_document(english(facts))
    names = [*english(facts).statement.danish, "Landsbyggefonden"]
    left = [text for text in words_of(asdict(document)) if text not in names]
    drawn = [plain(text) for svg in drawings.values() for text in re.findall(r">([^<]+)<", svg)]
    stripped = []
    for text in left + drawn:
        for name in sorted(names, key=len, reverse=True):
            text = text.replace(name, "")
        stripped.append(text)
    assert danish_in(t for t in stripped if t not in ("kommune", "stat", "da")) == []


def test_the_same_facts_are_the_same_bytes():
    again = laid_out(report())
    assert tuple(again.values()) == files("five")
    assert [*again] == ["plads_til_forskel__aarsrapport-5.pdf", "plads_til_forskel__aarsrapport-5.html"]
    assert report_name(english(report())) == "plads_til_forskel__yearly-report-5.en"


def test_a_report_is_not_named_by_a_path():
    with pytest.raises(ValueError, match="small letters"):
        report_name(of_statement(report(), contract_id="../elsewhere"))


HOSTILE = '=cmd|A1 @x +1 -1 <script>alert(1)</script> {{ 7*7 }} #import "x" $a$ *b* </title></svg><a href=x>'


@pytest.mark.fault("F70")
def test_texts_of_a_contract_are_texts_and_no_markup_wherever_they_stand():
    facts = report()
    effects = tuple(replace(e, title=HOSTILE, unit=HOSTILE) for e in facts.statement.effects)
    course = {p: tuple(replace(e, title=HOSTILE, unit=HOSTILE) for e in es) for p, es in facts.statement.course.items()}
    facts = replace(
        of_statement(facts, contract_name=HOSTILE, effects=effects, course=course),
        paid=(replace(facts.paid[0], payer=HOSTILE, recipient=HOSTILE),),
        rates=facts.rates and replace(facts.rates, title=HOSTILE, unit=HOSTILE),
        responses=tuple(replace(course, titles=(HOSTILE,)) for course in facts.responses),
        worth_minor={HOSTILE: 1},
    )
    pdf, html = laid_out(facts).values()
    page = Page(html.decode())
    assert "script" not in {tag for tag, _, _ in page.elements}
    assert [attrs.get("href") for tag, attrs, _ in page.elements if tag == "a"] == ["#in-short"]
    tags = {tag for tag, _, _ in Page(files("five")[1].decode()).elements}
    assert {tag for tag, _, _ in page.elements} <= tags, "no element but those of any report"
    assert html.decode().count("{{ 7*7 }}") > 10 and "=cmd|A1 @x +1 -1 &lt;script&gt;" in html.decode()
    text = "".join(page.extract_text() or "" for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    assert '#import "x" $a$ *b*' in " ".join(text.split())


def test_a_report_that_no_longer_holds_says_so_before_any_figure():
    document, _ = yearly_document(report(superseded_in="4"))
    assert "IKKE LÆNGERE GÆLDENDE" in (document.warning or "") and "Se årsrapport 4." in (document.warning or "")
    assert "GÆLDENDE" not in (yearly_document(report())[0].warning or "")
    pdf, html = laid_out(report(superseded_in="4")).values()
    assert html.decode().index("LÆNGERE GÆLDENDE") < html.decode().index("Kort fortalt</h2>")
    assert "IKKELÆNGEREGÆLDENDE" in pages(pdf)[0].replace(" ", "")


@pytest.mark.fault("F69")
def test_a_figure_that_is_withheld_has_no_mark_in_the_drawing():
    def points(facts: YearlyFacts) -> int:
        """Circles are the only arcs."""
        return len(re.findall(r'<path[^>]* d="M[^"]*A', yearly_document(facts)[1]["mortality"]))

    told = arms((("1", "4.1", "4.0"), ("2", "3.9", "4.1")))
    hidden = (told[0], replace(told[1], treated=SUPPRESSED))
    assert points(report(2, mortality=told)) - points(report(2, mortality=hidden)) == 1
    assert ">3,9<" in yearly_document(report(2, mortality=told))[1]["mortality"]
    assert ">3,9<" not in yearly_document(report(2, mortality=hidden))[1]["mortality"]


def test_what_is_over_all_periods_so_far_is_told_as_that_and_not_the_pictures_of_each_period():
    lead = report().statement.effects[0].outcome
    told = short(report(so_far=(lead,)))
    assert told["Akutte hospitalskontakter"].startswith("for alle perioder til nu 11 % færre end ventet uden indsatsen")
    assert told["Livstilfredshed"].startswith("+0,5")
    document, _ = yearly_document(report(so_far=(lead,)))
    assert document.first[0].says.startswith("Ændring i hver periode for sig")


@every
def test_the_page_is_for_everyone(name):
    _, html = files(name)
    page = Page(html.decode())
    assert page.elements[0] == ("html", {"lang": BOTH[name].statement.language}, ())
    levels = [int(tag[1]) for tag, _, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    ids = [str(attrs["id"]) for _, attrs, _ in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {str(a["aria-labelledby"]) for _, a, _ in page.elements if "aria-labelledby" in a} <= set(ids)
    assert {a.get("scope") for tag, a, _ in page.elements if tag == "th"} == {"col", "row"}
    assert all(a.get("role") == "img" for tag, a, _ in page.elements if tag == "svg")
    tables = sum(tag == "table" for tag, _, _ in page.elements)
    assert tables == sum(tag == "caption" for tag, _, _ in page.elements) > 0
    assert "<script" not in html.decode() and not re.search(r'(?:src|href)="(?!#)', html.decode())


def test_a_target_in_decimals_is_told_in_full():
    lead = replace(report().statement.effects[0], target=Decimal("-0.075"))
    facts = of_statement(report(), effects=(lead, *report().statement.effects[1:]))
    assert "Målet er 7,5 % færre." in short(facts)["Akutte hospitalskontakter"]
