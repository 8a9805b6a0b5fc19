"""A rejected proposal and the way on, as the statement after it tells of them."""

from __future__ import annotations

from maalbar.documents.content import Note, Table
from maalbar.documents.formats import plain
from maalbar.documents.kept_facts import as_json, from_json
from maalbar.documents.sections import statement_document

from .made_up import in_english, rejected, statement


def _told(facts):
    """The tables and notes under the approvals."""
    document = statement_document(facts)
    (section,) = [one for one in document.sections if one.heading in ("Godkendelser", "Approvals")]
    return section.blocks


def test_who_said_no_and_who_gave_up_what_stand_under_the_approvals():
    _, table, note = _told(in_english(rejected()))
    assert isinstance(table, Table) and isinstance(note, Note)
    assert table.headers == ("Proposal", "Period", "What", "Who", "Date", "Reason", "Given up")
    assert [tuple(map(plain, row)) for row in table.rows] == [
        ("2", "1, 2", "rejected", "Bo Berg, Herning Kommune", "20 November 2028", "7", "–"),
        ("2", "1, 2", "disputed", "Bo Berg, Herning Kommune", "21 November 2028", "8", "–"),
        ("2", "1, 2", "given up", "Eva Ek, Den Sociale Investeringsfond", "30 November 2028", "9", "12,500 DKK"),
    ]
    assert note.text == "What is given up is owed no longer. Under the caps it counts as what is paid does."


def test_it_is_kept_with_the_facts_of_the_statement():
    assert from_json(as_json(rejected())) == rejected()


def test_nothing_is_said_where_nobody_said_no_and_nothing_of_caps_where_nothing_was_given_up():
    assert len(_told(statement())) == 1
    (no,) = rejected().rejected
    assert len(_told(statement(rejected=(no.__class__(no.number, no.periods, no.said[:1]),)))) == 2
