"""Caps: what may be granted of what is owed, cap by cap in the fixed order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from maalbar.contract.terms import Cap
from maalbar.documents.workbook.book import Book
from maalbar.documents.workbook.formulas import ZERO, Formula, f, total
from maalbar.documents.workbook.given import Cell
from maalbar.documents.workbook.words import called

Scope = tuple[str | None, str | None, str | None]


@dataclass
class Granted:
    """What has been granted so far: in all, by budget year, and what a yearly cap has cut off for good."""

    cells: dict[Cell, Formula] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    years: dict[tuple[str, Cell], list[Formula]] = field(default_factory=lambda: defaultdict(list))
    lost: dict[Cell, Formula] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    limits: dict[tuple[Scope, str], Formula] = field(default_factory=dict)


def rank(cap: Cap) -> tuple[int, bool]:
    """The place of a cap in the fixed order."""
    scope = 0 if cap.outcome is not None else 1 if cap.recipient is not None else 2 if cap.payer is not None else 4
    return scope, cap.per == "contract"


def capped(
    book: Book,
    caps: Sequence[Cap],
    owed: Mapping[Cell, Formula],
    granted: Granted,
    years: Sequence[str],
    return_room: Callable[[str], Formula | None],
) -> dict[Cell, Formula]:
    """What a period adds to each cell, or takes back."""
    back, more = {}, {}
    for cell, amount in owed.items():
        had, lost = granted.cells[cell], granted.lost[cell]
        book.about = book.titles[cell[0]]
        back[cell] = book.step("taken_back", f"MIN({had},{amount})-{had}", whom=book.whom(cell))
        more[cell] = book.step("more", f"MAX({amount}-MIN({had},{amount})-{lost},0)", whom=book.whom(cell))
    for cap in caps:
        if cap.per == "budget_year":
            granted.limits[_scope(cap), years[-1]] = _limit(book, cap, years[-1])

    def hold(some: Iterable[Cap]) -> None:
        for cap in sorted(some, key=rank):
            returned = total(amount for cell, amount in back.items() if within(cell, cap))
            _hold(book, cap, f(f"{left_under(book, cap, granted, years)}-{returned}"), more, granted)

    hold(cap for cap in caps if rank(cap)[0] < 3)
    for recipient in sorted({cell[2] for cell in owed}):
        room = return_room(recipient)
        if room is not None:
            taken_back = total(amount for cell, amount in back.items() if cell[2] == recipient)
            cap = Cap.model_construct(recipient=recipient, per="contract", carry_over=None, source="returns")
            _hold(book, cap, f(f"{room}-{taken_back}"), more, granted)
    hold(cap for cap in caps if rank(cap)[0] == 4)
    return {cell: total([back[cell], more[cell]]) for cell in owed}


def _hold(book: Book, cap: Cap, room: Formula, more: dict[Cell, Formula], granted: Granted) -> None:
    """Cut what a period adds inside a cap's scope down to its room, in proportion. In place."""
    inside = [cell for cell in more if within(cell, cap)]
    if not inside:
        return
    book.about = scope_of(book, cap)
    room = book.step("room", room)
    wanted = book.step("wanted", total(more[cell] for cell in inside))
    parts = book.split("capped_part", f"MAX({room},0)", [(cell, more[cell]) for cell in inside], wanted)
    for cell, part in parts.items():
        book.about, whom = book.titles[cell[0]], book.whom(cell)
        held = book.step("capped", f"IF({wanted}<={room},{more[cell]},{part})", whom=whom)
        if cap.per == "budget_year" and cap.carry_over in ("none", "unused"):
            granted.lost[cell] = book.step("lapsed", f"{granted.lost[cell]}+{more[cell]}-{held}", whom=whom)
        more[cell] = held


def note(book: Book, granted: Granted, paid: Mapping[Cell, Formula], year: str) -> None:
    """Remember what a period has granted."""
    for cell, amount in paid.items():
        before = granted.cells[cell]
        book.about = book.titles[cell[0]]
        if before != ZERO:
            granted.cells[cell] = book.step("granted_so_far", f"{before}+{amount}", whom=book.whom(cell))
        else:
            granted.cells[cell] = amount
        granted.years[year, cell].append(amount)


def within(cell: Cell, cap: Cap) -> bool:
    """Whether a cap counts what a cell is paid."""
    return cap.outcome in (None, cell[0]) and cap.payer in (None, cell[1]) and cap.recipient in (None, cell[2])


def left_under(book: Book, cap: Cap, granted: Granted, years: Sequence[str]) -> Formula:
    """What a cap still allows: of the contract, or of the newest year with what it carries over."""
    if cap.per == "contract":
        spent = total(amount for cell, amount in granted.cells.items() if within(cell, cap))
        return f(f"{_limit(book, cap, '')}-{spent}")
    counted = set(years) if cap.carry_over == "unused" else {years[-1]}
    limits = {year: most for (scope, year), most in granted.limits.items() if scope == _scope(cap) and year in counted}
    rows = granted.years.items()
    spent = total(a for (year, cell), amounts in rows if year in limits and within(cell, cap) for a in amounts)
    return f(f"{total(limits.values())}-{spent}")


def scope_of(book: Book, cap: Cap) -> str:
    """What a cap is on, in words."""
    parts = [
        book.titles.get(cap.outcome or "", ""),
        book.names.get(cap.payer or "", ""),
        book.names.get(cap.recipient or "", ""),
    ]
    return " → ".join(part for part in parts if part) or called("everyone", book.language)


def _limit(book: Book, cap: Cap, year: str) -> Formula:
    own = year in cap.in_years
    rule = "cap" if cap.per == "contract" else "cap_yearly"
    about = scope_of(book, cap) + (f": {year}" if own else "")
    return book.amount(rule, about, cap.most_in(year or None), cap.source)


def _scope(cap: Cap) -> Scope:
    return cap.outcome, cap.payer, cap.recipient
