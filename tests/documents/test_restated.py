"""What later extracts would change stands among the figures of a statement, in Danish, where they would change anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from maalbar.documents.content import Note, Table
from maalbar.documents.facts import RestatedFact
from maalbar.documents.sections import statement_document
from tests.documents.made_up import effect, statement


def _figures(**changed):
    sections = statement_document(statement(**changed)).sections
    return next(section.blocks for section in sections if section.heading == "Tallene i denne opgørelse")


def test_a_period_that_would_be_another_now_stands_beside_what_was_measured():
    was = effect(change=Decimal("-0.07"))
    now = replace(was, change=Decimal("-0.08"))
    table, note = _figures(restated=(RestatedFact("1", date(2028, 8, 1), was, now),))[-2:]
    assert isinstance(table, Table)
    assert isinstance(note, Note)
    assert table.headers == ("Periode", "Resultat", "Målt", "Ville nu være")
    assert table.rows == (("1", was.title, "−7\u00a0%", "−8\u00a0%"),)
    assert "ingen periode er åbnet" in note.text
    assert "1.\u00a0august\u00a02028" in note.text


def test_what_would_not_be_measurable_says_so():
    was = effect(change=Decimal("-0.07"))
    gone = replace(was, change=None, low=None, high=None)
    table = _figures(restated=(RestatedFact("1", date(2028, 8, 1), was, gone),))[-2]
    assert table.rows[0][-1] == "ikke målbar"


def test_where_nothing_would_be_another_the_statement_says_nothing_of_it():
    assert not any(isinstance(block, Table) and "Ville nu være" in block.headers for block in _figures())
