"""Both languages from one text: every text is in the catalogue, with its values, and an English document has no Danish left."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from string import Formatter
from typing import Any

import pytest
from babel.messages.pofile import read_po

from maalbar.contract import load_agreement
from maalbar.documents.content import Block, Document, Items, Note, Table
from maalbar.documents.formats import Formats, plain
from maalbar.documents.language import FOLDER, catalogue
from maalbar.documents.pdf import render_pdf
from maalbar.documents.sections import statement_document
from maalbar.documents.statement import drawings, laid_out
from maalbar.documents.terms import terms_in_words
from maalbar.documents.wording import page_one
from maalbar.settings import PROJECT

from .made_up import NAMES, STATEMENT, corrected, diagnosed, in_english, rejected, statement
from .test_statement_files import pdf_pages, squeeze

ARGUMENTS = {"say": (0,), "danish": (0,), "say_of": (1, 2)}
"""Which arguments of a call are texts."""
WITH_WORDS = {
    "made up": statement(rehearsal_years=-6),
    "diagnosed": diagnosed(rehearsal_years=1),
    "corrected": corrected(),
    "rejected": rejected(),
}


def _texts_said() -> dict[tuple[str, ...], str]:
    """Every text that the code says or keeps to be said: (text) or (one, many) → where."""
    found: dict[tuple[str, ...], str] = {}
    for path in sorted((PROJECT / "maalbar").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            given = [node.args[place] for place in ARGUMENTS.get(name, ()) if place < len(node.args)]
            texts = tuple(str(arg.value) for arg in given if isinstance(arg, ast.Constant))
            if any(texts):
                found[texts] = f"{path.name}:{node.lineno}"
    return found


def _in_the_catalogue() -> dict[tuple[str, ...], tuple[str, ...]]:
    with (FOLDER / "en.po").open("rb") as file:
        messages = [message for message in read_po(file, locale="en") if message.id]
    return {_both(message.id): _both(message.string) for message in messages}


def _both(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (text,)


def _values(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


SAID, CATALOGUE = _texts_said(), _in_the_catalogue()


def test_every_text_that_is_said_is_in_the_catalogue_and_nothing_else():
    assert len(SAID) > 500, "the reader of the syntax trees finds the texts"
    assert {texts: where for texts, where in SAID.items() if texts not in CATALOGUE} == {}
    assert set(CATALOGUE) - set(SAID) == set()


def test_every_text_has_its_values_in_both_languages_and_is_translated():
    for danish, english in CATALOGUE.items():
        assert len(danish) == len(english) and all(english), danish
        for one, other in zip(danish, english, strict=True):
            assert _values(one) == _values(other), one
            ends = ((text[:1].isspace(), text[-1:] in ":;?", text[-1:].isspace()) for text in (one, other))
            assert len(set(ends)) == 1, f"{one!r} and {other!r} begin or end differently"


def test_a_value_is_neither_looked_up_nor_read_as_a_text():
    form = Formats("en_GB", "DKK")
    assert form.say("Mål: {target}.", target="ja {target} ~") == "Target: ja {target} ~."
    assert form.say("") == "", "the empty text is no text, and not the head of the catalogue"


def test_numbers_money_and_dates_are_those_of_the_language():
    danish, english = Formats("da_DK", "DKK"), Formats("en_GB", "DKK")
    said = [
        (form.amount(-1_234_567_50), form.percent(Decimal("0.075"), 1), form.day(date(2028, 12, 3)))
        for form in (danish, english)
    ]
    assert [tuple(map(plain, row)) for row in said] == [
        ("−1.234.567,50 kr.", "7,5 %", "3. december 2028"),
        ("−1,234,567.50 DKK", "7.5%", "3 December 2028"),
    ]


def test_page_one_in_english():
    assert page_one(in_english(STATEMENT)) == [
        "Statement 2: 1 July 2027–30 June 2028, Plads til Forskel. Status: DRAFT. Terms are illustrative, not agreed. "
        "Senders: all parties.",
        "Region Midtjylland pays 412,000 DKK to Den Sociale Investeringsfond by 15 December 2028. "
        "Settled in all, with this statement: 730,000 of at most 3,600,000 DKK; 2,870,000 DKK left.",
        "Result: 7% fewer acute hospital contacts than expected without the intervention "
        "(95% interval: 20% fewer to 8% more). Target: 10%.",
        "Certainty: Uncertain; the interval crosses 0, so it cannot be ruled out that there is no effect. "
        "Smallest effect that the measurement can detect: 19%. With no effect the terms would on average pay 182,000 DKK.",
        "Life satisfaction: +0.2 points (−0.3 to +0.7), response 46%; target 0.5 points. "
        "Health literacy: not measurable because the response is 36% and must be at least 40%; target 5 points.",
        "Who: 1,003 residents; 41 died, 63 moved (still counted). Compared with 2,900 in 21 areas; "
        "mortality 4.1 against 4.0 per 100 person-years.",
        "Calculated value: in DKK, region 241,500, municipality 84,000, state 42,000 (not necessarily budget released). "
        "Investor: paid in 2,000,000, due in all 730,000, of which risk premium 78,214.29 DKK.",
        "Changed since the last statement: corrected delivery, +18,000 DKK.",
        "Approved by Anne Holm, Region Midtjylland, Regionsrådets delegation, 3 December 2028; "
        "awaiting Herning Kommune, Landsbyggefonden and Den Sociale Investeringsfond. "
        "Data as known on 31 October 2028. Verify: passport 7F3A90C2",
    ]


def test_page_one_in_english_fits_one_page():
    pages = pdf_pages(in_english(corrected(rehearsal_years=-6)))
    assert squeeze("Verify: passport 7F3A90C2") in pages[0] and squeeze("The result in each period") in pages[1]


def _shape(document: Document) -> list[object]:
    """What stands where, without the words."""

    def shape(block: Block) -> object:
        if isinstance(block, Table):
            spans = [span for _, span in block.groups]
            return len(block.rows), len(block.headers), block.numeric, spans, block.total is not None
        return len(block.texts) if isinstance(block, Items) else getattr(block, "drawing", "note")

    lines = [[bool(part.lead) for part in line.parts] for line in document.lines]
    return [lines, *([shape(block) for block in section.blocks] for section in document.sections)]


@pytest.mark.parametrize("facts", WITH_WORDS.values(), ids=WITH_WORDS.keys())
def test_both_languages_have_the_same_lines_sections_tables_rows_and_figures(facts):
    danish, english = statement_document(facts), statement_document(in_english(facts))
    assert len(danish.lines) == len(english.lines) == 9
    assert _shape(danish) == _shape(english)
    assert list(drawings(facts)) == list(drawings(in_english(facts)))


def _digits(document: Document) -> list[str]:
    """The digits of every cell of every table, in order."""
    tables = (block for section in document.sections for block in section.blocks if isinstance(block, Table))
    return [re.sub(r"\D", "", cell) for table in tables for row in table.rows for cell in row]


@pytest.mark.parametrize("facts", WITH_WORDS.values(), ids=WITH_WORDS.keys())
def test_both_languages_have_the_same_figures_in_every_cell(facts):
    assert _digits(statement_document(facts)) == _digits(statement_document(in_english(facts)))


COMMON = {
    "og", "er", "af", "til", "fra", "ikke", "den", "det", "der", "som", "med", "ved", "efter", "uden", "mod", "hvad", "hvem",
    "hvor", "ingen", "intet", "alle", "kun", "skal", "betaler", "opgørelse", "periode", "resultat", "mål", "beløb", "værdi",
    "loft", "virkning", "målet", "enheder", "optjent", "deles", "ja", "nej", "skjult", "kommune", "stat", "forskel",
    "antal", "pr", "kr", "svar", "områder", "personer", "indsats", "sammenligning", "ændring", "vindue", "gruppe",
}  # fmt: skip
"""Words that hardly a Danish text is without, and no English one has."""


def words_of(document: Any, names: tuple[str, ...] = NAMES) -> Iterator[str]:
    """Every text of a document, without what its contract has in Danish alone."""

    def texts(value: object) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            for part in value.values():
                yield from texts(part)
        elif isinstance(value, list | tuple):
            for part in value:
                yield from texts(part)

    said = {name: part for name, part in asdict(document).items() if name != "danish"}
    for text in texts(said):
        for name in sorted(names, key=len, reverse=True):
            text = text.replace(name, "")
        yield plain(text)


def danish_in(texts: Iterator[str]) -> list[str]:
    """The texts with a Danish letter or a common Danish word. Ids (`name@version`), hashes, letters between digits: no words."""
    left = []
    for text in texts:
        bare = re.sub(r"\S+@\d+|\b[a-z]+(_[a-z]+)+\b|\b[0-9a-fA-F]{16,}\b", "", text)
        words = {word.lower() for word in re.findall(r"\b[^\W\d_]+\b", bare)}
        if re.search("[æøåÆØÅ]", bare) or words & COMMON:
            left.append(text)
    return left


@pytest.mark.parametrize("facts", WITH_WORDS.values(), ids=WITH_WORDS.keys())
def test_no_danish_is_left_in_an_english_document(facts):
    assert danish_in(words_of(statement_document(in_english(facts)))) == []
    assert len(danish_in(words_of(statement_document(facts)))) > 50, "the Danish one is seen to be Danish"


@pytest.mark.parametrize("facts", WITH_WORDS.values(), ids=WITH_WORDS.keys())
def test_no_danish_is_left_in_the_drawings_of_an_english_document(facts):
    said = (" ".join(re.findall(r">([^<]+)<", svg)) for svg in drawings(in_english(facts)).values())
    assert danish_in(map(plain, said)) == []


CONTRACTS = [*(PROJECT / "investments").glob("*.yaml"), *(PROJECT / "docs" / "examples").rglob("*.yaml")]


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.stem)
def test_the_terms_of_a_contract_are_as_many_sentences_in_english_and_none_of_them_is_danish(path):
    contract = load_agreement(path)
    danish, english = terms_in_words(contract), terms_in_words(contract, "en")
    assert len(danish) == len(english) > 2
    written = [party.name for party in contract.parties.values()] + [a.note or "" for a in contract.amendments]
    written += [a.body for a in contract.amendments] + [*_rate_items(contract)]

    def bare(text: str) -> str:
        for name in sorted(filter(None, written), key=len, reverse=True):
            text = text.replace(name, "")
        return plain(text)

    assert danish_in(map(bare, english)) == []


def _rate_items(contract) -> Iterator[str]:
    for outcome in contract.outcomes.values():
        for name in ("rates", "milestones"):
            for row in getattr(outcome.price, name, None) or ():
                yield getattr(row, "item", None) or getattr(row, "id", "")


def test_what_the_catalogue_lacks_is_said_in_danish():
    assert Formats("en_GB", "DKK").say("en tekst, som ingen har oversat") == "en tekst, som ingen har oversat"


@pytest.fixture
def strict(monkeypatch):
    """A reader of English who is told nothing that the catalogue lacks."""

    class Lacking:
        def gettext(self, text: str) -> str:
            raise LookupError(text)

        def ngettext(self, one: str, many: str, number: int) -> str:
            raise LookupError(one)

    texts = catalogue("en")
    monkeypatch.setattr(texts, "_fallback", Lacking())


@pytest.mark.parametrize("facts", WITH_WORDS.values(), ids=WITH_WORDS.keys())
def test_all_that_an_english_document_says_comes_from_the_catalogue(facts, strict):
    document = statement_document(in_english(facts))
    assert document.language == "en"
    assert render_pdf(document, drawings(in_english(facts)), facts.data_known_as_at).startswith(b"%PDF")


def test_files_are_named_in_their_language_and_say_it_again_in_english():
    assert list(laid_out(STATEMENT)) == ["plads_til_forskel__opgoerelse-2.pdf", "plads_til_forskel__opgoerelse-2.html"]
    assert list(laid_out(in_english(STATEMENT))) == [
        "plads_til_forskel__statement-2.en.pdf",
        "plads_til_forskel__statement-2.en.html",
    ]


def test_a_statement_says_of_which_settlement_it_is_and_how_to_find_the_newest():
    for facts in (corrected(), in_english(corrected())):
        foot = statement_document(facts).passport
        assert "7F3A90C2" in foot and foot.endswith(" 3")
    notes = [
        block.text
        for block in statement_document(in_english(corrected())).sections[-1].blocks
        if isinstance(block, Note)
    ]
    assert notes == [
        "This is the statement of settlement 3. It holds until a later settlement corrects the period; whether it is the newest "
        "is shown by the command ‘maalbar statement plads_til_forskel 2’."
    ]
