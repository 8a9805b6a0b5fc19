"""The proof: whatever the tables, an intruder who shares no code with the product cannot narrow what is kept from readers."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from maalbar.definitions import disclosure_profile
from maalbar.suppressed import SUPPRESSED
from tests.transforms.disclosure.intruder import TooLong, can_be, fact
from tests.transforms.disclosure.released_tables import (
    Counts,
    finest,
    known_differences,
    margins,
    narrowed,
    small_counts,
    tables,
    told,
)
from transforms.disclosure import (
    Dimension,
    Quantity,
    Ratio,
    adds_up,
    complement,
    crossed,
    draft,
    key,
    protect,
    protection,
    stock_and_flow,
)

PUBLIC, ROUNDED, PARTY = (disclosure_profile(ref) for ref in ("public@1", "opensafely@1", "party@1"))
tried = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


def sums(dimensions: list[Dimension], counts: Counts) -> dict:
    return {k: sum(counts[cell] for cell in cells) for k, cells in margins(dimensions).items()}


@pytest.mark.fault("F67")
@tried
@given(tables())
def test_no_count_of_few_can_be_narrowed_within_a_table(table):
    dimensions, counts = table
    released = protect(crossed("persons", dimensions, counts), PUBLIC)
    assert narrowed(told(released, dimensions), margins(dimensions), sums(dimensions, counts)) == []


@tried
@given(tables(), st.data())
def test_nor_where_tables_that_share_margins_are_shown_without_the_cells_between_them(table, data):
    dimensions, counts = table
    names = [dimension.name for dimension in dimensions]
    every = [[], *([name] for name in names), *([a, b] for a in names for b in names if a < b)]
    shown = data.draw(st.lists(st.sampled_from(every), min_size=1, unique_by=tuple))
    released = protect(crossed("persons", dimensions, counts, shown=shown), PUBLIC)
    assert narrowed(told(released, dimensions), margins(dimensions), sums(dimensions, counts)) == []


@tried
@given(tables())
def test_nor_from_rounded_counts(table):
    dimensions, counts = table
    released = protect(crossed("persons", dimensions, counts), ROUNDED)
    facts, limit = told(released, dimensions), ROUNDED.threshold
    try:
        assert narrowed(facts, margins(dimensions), sums(dimensions, counts), to=limit) == []
    except TooLong:
        assume(False)


@tried
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=3), st.data())
def test_nor_from_those_alive_in_two_periods_how_many_died_or_left_between(areas, data):
    """Start = end + dead + emigrated in every area, and each adds up over the areas."""
    pieces, parts = [], {}
    is_shown = {name: data.draw(st.booleans(), label=name) for name in ("dead", "emigrated")}
    for n, (end, dead, emigrated) in enumerate(areas):
        of = {"start": end + dead + emigrated, "end": end, "dead": dead, "emigrated": emigrated}
        for name, value in of.items():
            parts[key(name, {"area": str(n)})] = value
            pieces.append(Quantity(key(name, {"area": str(n)}), value, is_shown=is_shown.get(name, True)))
    for name in ("start", "end", "dead", "emigrated"):
        mine = [k for k in parts if k.measure == name]
        pieces.append(Quantity(key(name), sum(parts[k] for k in mine), is_shown=is_shown.get(name, True)))
        pieces.append(adds_up(key(name), mine))
    for at in [{"area": str(n)} for n in range(len(areas))]:
        pieces.append(stock_and_flow(key("start", at), key("end", at), [key("dead", at), key("emigrated", at)]))
    released = protect(draft(*pieces), PUBLIC)

    # The intruder's cells: those who stayed, died and left in each area. Those at the start are all three.
    names = ("end", "dead", "emigrated")
    cells = {key(name, {"area": str(n)}): [(name, n)] for name in names for n in range(len(areas))}
    cells |= {key("start", {"area": str(n)}): [(name, n) for name in names] for n in range(len(areas))}
    cells |= {key(name): [c for k in list(cells) if k.measure == name for c in cells[k]] for name in ("start", *names)}
    values = {k: quantity.value for k, quantity in released.draft.quantities.items()}
    facts = [fact(cells[k], figure) for k, figure in released.figures.items() if figure is not SUPPRESSED]
    assert narrowed(facts, cells, values) == []


def corrected(dimensions: list[Dimension], old: Counts, new: Counts) -> tuple:
    """What the intruder knows of a release and its correction: a cell that has not changed is one cell."""
    names = {cell: f"old {cell}" for cell in finest(dimensions)}
    now = {cell: names[cell] if old[cell] == new[cell] else f"new {cell}" for cell in names}
    cells = margins(dimensions)
    was = {k: [names[c] for c in among] for k, among in cells.items()}
    come = {k: [now[c] for c in among] for k, among in cells.items()}
    before, after = sums(dimensions, old), sums(dimensions, new)
    return names, now, was, come, before, after, {k: after[k] - before[k] for k in before}


@tried
@given(tables(), st.data())
def test_nor_by_comparing_a_release_with_the_one_that_corrects_it(table, data):
    dimensions, old = table
    moved = data.draw(st.lists(st.sampled_from(finest(dimensions)), max_size=3, unique=True), label="moved")
    new = old | {cell: data.draw(small_counts, label=str(cell)) for cell in moved}
    first = protect(crossed("persons", dimensions, old), PUBLIC).released("first")
    earlier = protect(first.draft, PUBLIC)
    released = protect(crossed("persons", dimensions, new), PUBLIC, [first])
    names, now, was, come, before, after, by = corrected(dimensions, old, new)
    facts = told(earlier, dimensions, names) + told(released, dimensions, now)
    try:
        assert narrowed(facts, was, before) == []
        assert narrowed(facts, come, after) == []
        assert known_differences(facts, come, was, by) == []
    except TooLong:
        assume(False)


@tried
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 40)), min_size=2, max_size=4), st.integers(0, 2))
def test_nor_from_shares_whose_counts_are_not_shown(groups, digits):
    """The share of each group and of all is shown, with how many it is a share of, and not how many have the attribute."""
    pieces = []
    for n, (having, others) in enumerate(groups):
        at = {"group": str(n)}
        pieces += [Quantity(key("asked", at), having + others), Quantity(key("having", at), having, is_shown=False)]
        if having + others:
            shown = Ratio(key("share", at), key("having", at), key("asked", at), Decimal(100), digits, is_share=True)
            pieces.append(shown)
    exact = PUBLIC.model_copy(update={"rates_from": 1, "persons_behind": 5})
    released = protect(draft(*pieces), exact)
    for n, (having, others) in enumerate(groups):
        at, whole = {"group": str(n)}, having + others
        share = released.figures.get(key("share", at), SUPPRESSED)
        asked = released.figures[key("asked", at)]
        if share is SUPPRESSED or asked is SUPPRESSED:
            continue
        half = Fraction(1, 2 * 10**digits)
        possible = [x for x in range(whole + 1) if abs(Fraction(100 * x, whole) - Fraction(share)) <= half]
        assert having in possible
        for count in (having, whole - having):
            if 0 < count < 5:
                found = possible if count == having else [whole - x for x in possible]
                assert min(found) == 0 and max(found) >= 5
        assert having not in (0, whole)


@tried
@given(st.data())
def test_nor_a_sum_of_few_persons_nearer_than_the_profile_allows(data):
    """Amounts of 1 to 12 persons in areas by sexes; those of fewer than five must be possible a tenth lower and higher."""
    dimensions = [Dimension("area", ("area0", "area1", "area2")), Dimension("sex", ("sex0", "sex1"))]
    persons = {cell: data.draw(st.integers(1, 12)) for cell in finest(dimensions)}
    counts = {cell: data.draw(st.integers(0, 40)) for cell in persons}
    cells = {cell: Quantity(key(""), counts[cell], "amount", persons=n) for cell, n in persons.items()}
    released = protect(crossed("persons", dimensions, cells), PUBLIC)
    facts, behind = told(released, dimensions), sums(dimensions, persons)
    for k, among in margins(dimensions).items():
        total = sum(counts[cell] for cell in among)
        margin = max(1, -(-total // 10))
        if behind[k] < 5:
            assert can_be(facts, fact(among, 0, max(0, total - margin)))
            assert can_be(facts, fact(among, total + margin, 10_000))


@pytest.mark.parametrize("seen", ["within", "between releases"])
def test_and_the_proof_finds_it_where_nothing_is_hidden_but_the_counts_of_few(monkeypatch, seen):
    """Without complementary suppression, or without the earlier release, the intruder has the count at once."""
    dimensions = [Dimension("area", ("area0", "area1", "area2")), Dimension("sex", ("sex0", "sex1"))]
    old = dict(zip(finest(dimensions), (3, 9, 12, 8, 15, 11), strict=True))
    assert (
        narrowed(
            told(protect(crossed("persons", dimensions, old), PUBLIC), dimensions),
            margins(dimensions),
            sums(dimensions, old),
        )
        == []
    )
    if seen == "within":
        only = lambda system, needs, primary: complement.Hidden(complement.together(system.draft, primary), (), ())  # noqa: E731
        monkeypatch.setattr(protection, "complement", only)
        released = protect(crossed("persons", dimensions, old), PUBLIC)
        found = narrowed(told(released, dimensions), margins(dimensions), sums(dimensions, old))
        assert key("persons", {"area": "area0", "sex": "sex0"}) in found
        return
    old[("area0", "sex0")] = 13
    new = old | {("area0", "sex0"): 15}
    earlier = protect(crossed("persons", dimensions, old), PUBLIC)
    names, now, was, come, _, _, by = corrected(dimensions, old, new)
    for known, is_found in (([], True), ([earlier.released("first")], False)):
        released = protect(crossed("persons", dimensions, new), PUBLIC, known)
        facts = told(earlier, dimensions, names) + told(released, dimensions, now)
        assert (key("persons") in known_differences(facts, come, was, by)) == is_found


def test_the_intruder_finds_what_is_there_to_find():
    facts = [fact("ab", 7), fact("bc", 9), fact("c", 4)]
    assert can_be(facts, fact("b", 5)) and not can_be(facts, fact("b", 4)) and not can_be(facts, fact("a", 3))
    assert can_be(facts, fact("a", 2, 9))
    assert can_be([fact("ab", 7)], fact("a", 0)) and not can_be([fact("ab", 7)], fact("a", 8))
