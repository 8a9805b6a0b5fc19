"""Components: what is granted to a cell is divided into what repays capital and what rewards it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from maalbar.contract.capital import Premium
from maalbar.documents.workbook.book import Book
from maalbar.documents.workbook.formulas import ZERO, Formula, f, total, whole
from maalbar.documents.workbook.given import Cell

TERMINATION = "termination"


@dataclass
class Divided:
    """What has been paid so far, by cell; `base`: (paid, principal of it) when the rate began to hold."""

    principal: dict[Cell, list[Formula]] = field(default_factory=lambda: defaultdict(list))
    premium: dict[Cell, list[Formula]] = field(default_factory=lambda: defaultdict(list))
    rate: Decimal | None = None
    base: dict[Cell, tuple[Formula, Formula]] = field(default_factory=dict)

    def paid(self, cell: Cell) -> Formula:
        return total([*self.principal[cell], *self.premium[cell]])


def divide(
    book: Book,
    premium: Premium,
    allowed: Mapping[Cell, Formula],
    so_far: Divided,
    capital: Mapping[str, Formula],
    holding: Formula | None,
    withheld: tuple[str, ...],
    rounding: str,
) -> dict[Cell, tuple[Formula, Formula]]:
    """Cell → (principal, premium) that a period pays. `holding`: 1 where the premium's condition holds; None without one."""
    redeemed = {cell: amount for cell, amount in allowed.items() if cell[0] == TERMINATION}
    earned = {cell: amount for cell, amount in allowed.items() if cell[0] != TERMINATION}
    if premium.kind == "rate":
        assert premium.rate is not None
        moved = redeemed | _by_rate(book, premium, earned, so_far, rounding)
    else:
        so_far.rate = None
        moved = redeemed | _after_capital(book, earned, redeemed, so_far, capital)
    found = {}
    for cell, principal in moved.items():
        book.about = book.titles[cell[0]]
        before = total(so_far.premium[cell])
        so_far.principal[cell].append(principal)
        due = f"{before}+{allowed[cell]}-{principal}"
        if holding is not None and cell[0] in withheld:
            due = f"IF({holding}=1,{due},MIN({before},{due}))"
        paid = book.step("premium", f"{due}-{before}" if before != ZERO or holding else due, whom=book.whom(cell))
        so_far.premium[cell].append(paid)
        found[cell] = (principal, paid)
    return found


def _by_rate(
    book: Book, premium: Premium, allowed: Mapping[Cell, Formula], so_far: Divided, rounding: str
) -> dict[Cell, Formula]:
    """Principal is what is paid over one plus the rate, over all periods under that rate."""
    assert premium.rate is not None
    if so_far.rate != premium.rate:
        so_far.rate = premium.rate
        so_far.base = {cell: (so_far.paid(cell), total(so_far.principal[cell])) for cell in so_far.principal}
    rate, moved = book.term("premium_rate", "", premium.rate, "share", premium.source), {}
    for cell, amount in allowed.items():
        book.about = book.titles[cell[0]]
        paid, principal = so_far.base.get(cell, (ZERO, ZERO))
        after = f"({so_far.paid(cell)}+{amount})"
        kept, stands = "0", "0"
        if paid != ZERO:
            stands = book.step("paid_before", f"MAX(MIN({after},MAX({paid},0)),MIN({paid},0))", whom=book.whom(cell))
            kept = f"IF({paid}=0,0,{principal}*{stands}/{paid})"
        new = f"{whole(f'{kept}+({after}-{stands})/(1+{rate})', rounding)}-{total(so_far.principal[cell])}"
        moved[cell] = book.step("principal", f"IF({amount}>=0,MAX({new},0),{new})", whom=book.whom(cell))
    return moved


def _after_capital(
    book: Book,
    allowed: Mapping[Cell, Formula],
    redeemed: Mapping[Cell, Formula],
    so_far: Divided,
    capital: Mapping[str, Formula],
) -> dict[Cell, Formula]:
    """Additions repay capital first; what goes back is premium first, then principal as far as it was paid."""
    moved: dict[Cell, Formula] = {}
    back, added = {}, {}
    for cell, amount in allowed.items():
        book.about = book.titles[cell[0]]
        had, extra = total(so_far.principal[cell]), total(so_far.premium[cell])
        formula = f"IF({amount}>0,0,MAX(MIN({amount}+{extra},0),-({had})))"
        back[cell] = book.step("principal_back", formula, whom=book.whom(cell))
        added[cell] = book.step("added", f"MAX({amount},0)", whom=book.whom(cell))
    for recipient in sorted({cell[2] for cell in allowed}):
        mine = [cell for cell in allowed if cell[2] == recipient]
        principals = [p for cell, ps in so_far.principal.items() if cell[2] == recipient for p in ps]
        moves = [amount for rows in (back, redeemed) for cell, amount in rows.items() if cell[2] == recipient]
        book.about = book.names[recipient]
        repaid = book.step("repaid", total([*principals, *moves]))
        wanted = book.step("wanted", total(added[cell] for cell in mine))
        principal = book.step("to_capital", f"MIN({wanted},MAX({capital.get(recipient, ZERO)}-{repaid},0))")
        for cell, part in book.split("to_capital_part", principal, [(c, added[c]) for c in mine], wanted).items():
            book.about = book.titles[cell[0]]
            moved[cell] = book.step("principal", f"{back[cell]}+{part}", whom=book.whom(cell))
    return {cell: f(moved[cell]) for cell in allowed}
