"""A correction is told as before, after and difference: line by line, effect by effect, and summed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from maalbar.documents.content import Note, Table
from maalbar.documents.facts import CorrectedEffect
from maalbar.documents.sections import statement_document

from .made_up import corrected, effect, in_english
from .test_what_stands_behind import blocks, cells, tables

HEADING = "Rettet siden sidst: før, efter og forskel"


def test_each_line_of_payment_has_its_amount_before_and_after_and_the_difference_and_so_has_their_sum():
    table = tables(corrected(), HEADING)["Betalinger, der er rettet"]
    assert table.headers[-3:] == ("Før", "Efter", "Forskel")
    assert [row[-4:] for row in cells(table)] == [
        ["hovedstol", "283.928,57 kr.", "301.928,57 kr.", "+18.000 kr."],
        ["risikotillæg", "4.000 kr.", "0 kr.", "−4.000 kr."],
    ]
    assert table.total is not None
    # 283,928.57 + 4,000 and 301,928.57 + 0; 18,000 − 4,000.
    assert [cell.replace("\N{NO-BREAK SPACE}", " ") for cell in table.total[-3:]] == [
        "287.928,57 kr.", "301.928,57 kr.", "+14.000 kr.",
    ]  # fmt: skip


def test_each_effect_measured_again_has_its_interval_before_and_after_and_the_difference():
    (table,) = (t for c, t in tables(corrected(), HEADING).items() if c.startswith("Effekter, der er målt om"))
    assert cells(table) == [
        ["1", "Akutte hospitalskontakter", "−4 % (−19 % til +13 %)", "−6 % (−20 % til +12 %)", "−2 procentpoint"],
        ["1", "Livstilfredshed", "ikke målbar", "+0,2 (−0,3 til +0,7)", "–"],
    ]


def test_whoever_subtracts_what_is_printed_gets_the_difference_that_is_printed():
    was, now = effect(change=Decimal("-0.0449")), effect(change=Decimal("-0.0451"))
    facts = replace(corrected(), corrected_effects=(CorrectedEffect("1", was, now),))
    (table,) = (t for c, t in tables(facts, HEADING).items() if c.startswith("Effekter"))
    (row,) = cells(table)
    assert [cell.split(" ")[0] for cell in row[2:]] == ["−4", "−5", "−1"]


def test_a_draft_says_that_the_difference_is_still_to_be_posted():
    posted, draft = (
        [block.text for block in blocks(replace(corrected(), approved=approved), HEADING) if isinstance(block, Note)]
        for approved in (True, False)
    )
    assert (
        "er bogført for sig i denne afregning" in posted[0]
        and "bogføres for sig, når forslaget er godkendt" in draft[0]
    )


def test_what_was_not_corrected_has_no_section():
    bare = replace(corrected(), corrected_payments=(), corrected_effects=())
    assert HEADING not in [section.heading for section in statement_document(bare).sections]
    english = [section.heading for section in statement_document(in_english(corrected())).sections]
    assert "Corrected since the last statement: before, after and difference" in english


def test_the_tables_of_a_correction_have_no_blank_cell():
    for block in blocks(corrected(), HEADING):
        if isinstance(block, Table):
            assert all(cell for row in block.rows for cell in row)
