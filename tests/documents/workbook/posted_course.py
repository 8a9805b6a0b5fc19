"""A course of settlements, each posted before the next: the workbook of the last one, and what Maalbar comes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from maalbar.contract import Agreement
from maalbar.contract.versions import in_force
from maalbar.documents.workbook import workbook
from maalbar.flow.calculate import Calculation, computed
from maalbar.flow.workbook_given import measured, settled
from transforms.settlement import Key, Result, difference, settle
from transforms.settlement.payable import by_settlement, payable

Results = Mapping[tuple[str, str], Result]


def posted_course(agreement: Agreement, course: Sequence[tuple[Results, Sequence[str]]]) -> tuple[bytes, Calculation]:
    """`course`: the results and the periods of each settlement; what each entitles to is its difference from what is posted."""
    last = agreement.calendar.followed[-1].id
    throughs = {str(number): run[-1] for number, (_, run) in enumerate(course, start=1)}
    rows, posted, before = [], Counter[Key](), dict[Key, int]()
    for number, (results, run) in enumerate(course, start=1):
        before = dict(posted)
        for line in difference(settle(agreement, results, run).lines, before):
            rows.append((number, (line.payer, line.recipient), line.amount))
            posted[line.key] += line.amount
    results, run = course[-1]
    terms = in_force(agreement, run[-1]).terms
    entitled = by_settlement(rows, {int(number): (terms, period == last) for number, period in throughs.items()})
    found = replace(computed(agreement, results, run), payable=payable(entitled))
    given = settled(
        agreement, found.settlement, run, found.investors, entitled, throughs=throughs, posted=before
    )  # fmt: skip
    return workbook(agreement, measured(agreement, results, run), given, {}, {}), found
