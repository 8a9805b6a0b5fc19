"""The PDF and the HTML of a statement: one page of nine lines, the same bytes again, and texts that stay texts."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser

import pypdf
import pytest

from maalbar.documents.formats import plain
from maalbar.documents.html import render_html
from maalbar.documents.pdf import render_pdf
from maalbar.documents.sections import statement_document
from maalbar.documents.statement import drawings, laid_out
from maalbar.documents.wording import page_one

from .made_up import STATEMENT, diagnosed, effect, looked, payment, statement

HOSTILE = """<script>alert(1)</script> #eval("1+1") *fed* $x^2$ "citat" '{{ 7*7 }}' ]] \\u{41} @label <a> &amp; //x"""


class Page(HTMLParser):
    """Collects what a test asks of an HTML page: tags, attributes, and the lines of page one."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.lines: list[str] = []
        self._depth = 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._depth += (tag, dict(attrs).get("class")) == ("section", "page-one")
        if self._depth and tag == "li":
            self.lines.append("")

    def handle_endtag(self, tag):
        if self._depth and tag == "section":
            self._depth = 0
        if self._depth and tag == "p":
            self.lines[-1] += " "

    def handle_data(self, data):
        if self._depth and self.lines:
            self.lines[-1] += data


def draw(facts):
    return drawings(facts)["course"]


def pdf_pages(facts) -> list[str]:
    return [squeeze(page.extract_text()) for page in read(facts).pages]


def read(facts) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(render_pdf(statement_document(facts), drawings(facts), facts.data_known_as_at)))


def html_page(facts) -> str:
    return render_html(statement_document(facts), drawings(facts)).decode()


def squeeze(text: str) -> str:
    """Without any space or break: a PDF's text breaks where its lines do."""
    return re.sub(r"\s", "", plain(text))


@pytest.fixture(scope="module")
def pages():
    return pdf_pages(statement(rehearsal_years=-6))


def test_page_one_of_the_pdf_is_its_title_and_the_nine_lines_between_header_and_footer_and_nothing_else(pages):
    nine = "".join(squeeze(f"{number}.{line}") for number, line in enumerate(page_one(STATEMENT), 1))
    header = squeeze(f"Plads til Forskel · Opgørelse 2: 1. juli 2027–30. juni 2028 UDKAST {MARK}")
    footer = squeeze(f"Pas 7F3A90C2 · Forslag 1 Side 1 af {len(pages)}")
    title = squeeze("Opgørelse 2, Plads til Forskel Opgørelsen i ni linjer")
    assert pages[0] == header + title + nine + footer


MARK = "ØVELSE: datoer flyttet 6 år tilbage; tal fra simulerede leverancer; godkendt på øvelsens egen dag"


def test_every_page_carries_contract_period_status_the_rehearsal_mark_and_its_number(pages):
    assert len(pages) > 1
    for number, text in enumerate(pages, 1):
        assert squeeze("Plads til Forskel · Opgørelse 2") in text
        assert "UDKAST" in text
        assert squeeze(MARK) in text
        assert f"Side{number}af{len(pages)}" in text


def test_a_statement_that_is_no_rehearsal_has_no_mark():
    assert "ØVELSE" not in html_page(STATEMENT)
    assert all("ØVELSE" not in page for page in pdf_pages(STATEMENT))


def test_page_one_of_the_html_is_the_nine_lines():
    page = Page(html_page(statement(rehearsal_years=-6)))
    assert [" ".join(plain(line).split()) for line in page.lines] == page_one(STATEMENT)


def test_many_payers_still_fit_on_page_one():
    many = tuple(payment(payer=f"Betaler nummer {number} med et langt navn") for number in range(24))
    text = pdf_pages(statement(payments=many))
    assert squeeze("Efterprøv: pas 7F3A90C2") in text[0]
    assert squeeze("Resultatet i hver periode") in text[1]


def test_same_facts_give_the_same_bytes():
    assert laid_out(STATEMENT) == laid_out(STATEMENT)
    assert draw(STATEMENT) == draw(STATEMENT)


def test_files_are_named_by_contract_and_period_the_pdf_before_the_html():
    assert [*laid_out(STATEMENT)] == [f"plads_til_forskel__opgoerelse-2{end}" for end in (".pdf", ".html")]


@pytest.mark.parametrize("name", ["../naboen", "a/b", "", ".skjult", "A", "x" * 65])
def test_an_id_that_is_no_file_name_is_refused(name):
    with pytest.raises(ValueError, match="contract and period ids"):
        laid_out(statement(contract_id=name))


def hostile():
    lead = effect(contrast="difference", title=HOSTILE, unit=HOSTILE)
    return statement(
        contract_name=HOSTILE,
        effects=(
            lead,
            effect(outcome="b", title=HOSTILE, change=None, low=None, high=None, not_measurable=HOSTILE),
        ),
        course={"1": (lead,), "2": (lead,)},
        payments=(payment(payer=HOSTILE),),
        terms_in_words=(HOSTILE,),
        changes=((HOSTILE, 1),),
        passport={"id": "7F3A", HOSTILE: HOSTILE},
        definitions=((HOSTILE, HOSTILE),),
    )


@pytest.mark.fault("F70")
def test_texts_of_a_contract_are_never_markup_in_the_html():
    found = Page(html_page(hostile()))
    assert "script" not in {tag for tag, _ in found.tags}
    assert [attrs for tag, attrs in found.tags if tag == "a"] == [{"class": "skip", "href": "#page-one"}]
    assert '#eval("1+1")' in found.lines[0]
    assert "<script>alert(1)</script>" in found.lines[0]
    assert "{{ 7*7 }}" in found.lines[0]


@pytest.mark.fault("F70")
def test_texts_of_a_contract_are_never_markup_in_the_pdf():
    text = pdf_pages(hostile())
    assert squeeze(HOSTILE) in text[0]
    assert squeeze(HOSTILE) in "".join(text[1:])


def test_a_word_longer_than_a_line_breaks():
    facts = statement(contract_name="x" * 400)
    assert "x" * 400 in pdf_pages(facts)[0]


HASHES = {f"leverance {source} (sha256)": sha256(source.encode()).hexdigest() for source in ("befolkning", "kontakter")}


def test_a_hash_that_is_copied_from_the_pdf_is_the_hash():
    facts = statement(passport=STATEMENT.passport | HASHES)
    lines = [line for page in read(facts).pages for line in page.extract_text().splitlines()]
    for name, value in HASHES.items():
        assert f"{name} {value}" in lines


def test_no_text_of_the_pdf_holds_a_character_that_nobody_sees():
    text = "".join(page.extract_text() for page in read(statement(passport=STATEMENT.passport | HASHES)).pages)
    assert not re.findall(r"[\u00ad\u200b-\u200f\u2060\ufeff]", text)


def test_a_hash_ends_before_the_margin_beside_the_longest_name_of_a_definition():
    name = f"definition {'x' * 48}@1 (sha256)"
    starts = []

    def look(text, _, matrix, font, size):
        if HASHES["leverance kontakter (sha256)"][:16] in text and "Mono" in font["/BaseFont"]:
            starts.append((matrix[4], size))

    facts = statement(passport=STATEMENT.passport | HASHES | {name: "0" * 64})
    for page in read(facts).pages:
        page.extract_text(visitor_text=look)
    ((left, size),) = starts
    # Every letter of DejaVu Sans Mono is 0.602 of its size wide; A4 is 595.28 points, its margin 22 mm.
    assert left + 64 * 0.602 * size <= 595.28 - 22 * 72 / 25.4


def test_the_html_fetches_nothing():
    page = html_page(STATEMENT)
    attributes = [(name, value) for _, attrs in Page(page).tags for name, value in attrs.items()]
    assert {value for name, value in attributes if name in ("src", "href", "xlink:href", "srcset", "action")} == {
        "#page-one"
    }
    assert "url(" not in page
    assert "@import" not in page
    assert "http" not in page.replace("http-equiv", "")


def test_the_html_can_be_read_aloud():
    page = Page(html_page(STATEMENT))
    tags = [tag for tag, _ in page.tags]
    assert ("html", {"lang": "da"}) in page.tags
    assert tags.count("h1") == tags.count("main") == tags.count("title") - tags.count("svg") == 1
    assert all(attrs.get("scope") for tag, attrs in page.tags if tag == "th")
    assert tags.count("table") == tags.count("caption")
    shown = [attrs for tag, attrs in page.tags if tag == "svg"]
    assert {d["role"] for d in shown} == {"img"}
    titles = [attrs["id"] for tag, attrs in page.tags if tag == "title" and "id" in attrs]
    assert [d["aria-labelledby"] for d in shown] == titles == [f"chart-{name}" for name in drawings(STATEMENT)]


def test_the_pdf_uses_only_the_fonts_that_typst_carries_and_the_given_date():
    data = render_pdf(statement_document(STATEMENT), drawings(STATEMENT), STATEMENT.data_known_as_at)
    reader = pypdf.PdfReader(io.BytesIO(data))
    fonts = {font["/BaseFont"].split("+")[1] for page in reader.pages for font in page["/Resources"]["/Font"].values()}
    assert {re.split("[-,]", font)[0] for font in fonts} <= {"LibertinusSerif", "DejaVuSansMono"}
    assert reader.metadata.creation_date.date() == STATEMENT.data_known_as_at


def test_hidden_figures_are_marked_in_the_tables_of_both_formats():
    assert ">skjult</td>" in html_page(STATEMENT)
    assert "skjult" in "".join(pdf_pages(STATEMENT)[1:])


def test_the_chart_has_a_slot_for_every_period_and_danish_numbers():
    svg = draw(STATEMENT)
    assert all(f">Periode {number}<" in svg for number in range(1, 6))
    assert svg.count(">endnu ikke<") == 3
    assert ">−4\u00a0%<" in svg
    assert ">−10\u00a0%<" in svg
    assert ">Ingen effekt<" in svg
    assert ">Mål: 10\u00a0% færre<" in svg


def test_a_period_that_could_not_be_measured_says_so_in_chart_and_table():
    blind = effect(change=None, low=None, high=None, not_measurable="leverancen mangler")
    facts = statement(course={"1": (blind,)}, effects=(blind, *STATEMENT.effects[1:]))
    assert ">ikke målbar<" in draw(facts)
    assert ">ikke målbar</td>" in html_page(facts)


def test_nothing_measured_and_no_target_still_draws_five_empty_slots():
    blind = effect(change=None, low=None, high=None, target=None, not_measurable="leverancen mangler")
    assert draw(statement(course={}, effects=(blind,))).count(">endnu ikke<") == 5


def test_an_empty_statement_still_renders():
    bare = replace(
        STATEMENT,
        payments=(), investors=(), changes=(), approvals=(), rates=(), computation=(), ledger=(), terms_in_words=(),
        definitions=(), values=(), course={},
    )  # fmt: skip
    assert all(len(data) > 1000 for data in laid_out(bare).values())


def test_a_table_of_figures_with_limits_leaves_room_for_the_names_of_its_rows():
    figures = {
        f"w{wave}_{period}_{name}": value
        for wave in range(1, 5)
        for period in range(1, 6)
        for name, value in (("change", "-0.212"), ("low", "-0.425"), ("high", "-0.141"))
    }
    acute = effect(estimator="difference_in_differences", findings=(
        looked("variant.by_wave", **figures), looked("variant.first_wave", change="-0.09", low="-0.2", high="0.1"),
    ))  # fmt: skip
    pages = "\n".join(page.extract_text() for page in read(diagnosed(effects=(acute,))).pages)
    assert "Bøl-" not in pages and "Bølge" in pages
    assert all(re.search(rf"bølge {wave}\s", pages) for wave in range(1, 5)), (
        "a name is not torn, nor does a figure touch it"
    )
