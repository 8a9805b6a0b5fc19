"""A research extract as a draft: what stands in it, what binds it, and what is left of it for a reader who solves for the rest.

The pilot's simulated tables are drawn once; the second set is the same without three persons, as a correction leaves it.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from maalbar.contract import Contract
from maalbar.definitions import disclosure_profile
from maalbar.suppressed import SUPPRESSED
from tests.simulate.one_contract import simulated
from tests.transforms.extract.reader import solved
from transforms.disclosure import Draft, Released, key, protect, protect_apart
from transforms.extract import Divided, extract_draft, units
from transforms.extract.units import of_period, until
from transforms.observed import Observed

PERIOD, GONE = "2", 3
OUTCOMES = ("acute_contacts", "life_satisfaction")
PUBLIC, RESEARCH = disclosure_profile("public@1"), disclosure_profile("dst_research@1")
OF_PERSONS = ("followed", "entered", "persons", "deaths", "attrition", "gone", "gone_alive")


@pytest.fixture(scope="module")
def tables(pilot: Contract, tmp_path_factory: pytest.TempPathFactory):
    folder: Path = tmp_path_factory.mktemp("extract")
    return simulated(pilot, folder, PERIOD, people=200, effect=0.2, seed=3)


@pytest.fixture(scope="module")
def seen(pilot, tables) -> Observed:
    return Observed(pilot, tables, PERIOD)


@pytest.fixture(scope="module")
def whole(pilot, seen) -> Draft:
    return extract_draft(seen, Divided(pilot, seen, False), OUTCOMES)


@pytest.fixture(scope="module")
def corrected(pilot, seen, tables) -> Draft:
    """The same, had three of the treated women in their sixties never been there."""
    members = seen.followed.members.to_pandas()
    mine = members[(members["arm"] == "treated") & (members["sex"] == "F") & members["age"].between(60, 69)]
    gone = sorted(mine["person_id"])[:GONE]
    assert len(gone) == GONE
    left = {
        name: t.filter(pc.invert(pc.is_in(t["person_id"], pa.array(gone, pa.string())))) for name, t in tables.items()
    }
    again = Observed(pilot, left, PERIOD)
    return extract_draft(again, Divided(pilot, again, False), OUTCOMES)


def test_persons_are_divided_one_at_a_time_and_every_margin_is_the_sum_of_its_parts(whole, seen):
    members = seen.followed.members.to_pandas()
    treated = members[members["arm"] == "treated"]
    at = {"arm": "treated", "until": PERIOD}
    assert whole.quantities[key("followed", at)].value == len(treated)
    assert whole.quantities[key("followed", at | {"sex": "F"})].value == (treated["sex"] == "F").sum()
    assert whole.quantities[key("followed", at | {"benefit": "benefit"})].value == treated["has_benefit"].sum()
    assert key("followed", at | {"sex": "F", "benefit": "benefit"}) not in whole.quantities


def test_crossed_tables_have_every_combination(pilot, seen, whole):
    crossed = extract_draft(seen, Divided(pilot, seen, True), ("acute_contacts",))
    at = {"arm": "treated", "until": PERIOD, "sex": "F", "benefit": "no benefit", "age": "60-69"}
    members = seen.followed.members.to_pandas()
    mine = members[(members["arm"] == "treated") & (members["sex"] == "F") & members["age"].between(60, 69)]
    assert crossed.quantities[key("followed", at)].value == (~mine["has_benefit"].astype(bool)).sum()
    total = key("events", {"arm": "treated", "outcome": "acute_contacts", "window": PERIOD})
    assert crossed.quantities[total].value == whole.quantities[total].value


def test_events_and_rates_are_those_of_the_persons_own_rows(whole, seen, pilot):
    rows = seen.rows(pilot.outcomes["acute_contacts"])
    cell = rows[(rows["arm"] == "treated") & (rows["window_id"] == PERIOD) & (rows["sex"] == "M")]
    at = {"arm": "treated", "outcome": "acute_contacts", "window": PERIOD, "sex": "M"}
    events, days = whole.quantities[key("events", at)], whole.quantities[key("days_of_outcome", at)]
    assert (events.value, events.persons) == (
        cell["quantity"].sum(),
        cell.loc[cell["quantity"] > 0, "person_id"].nunique(),
    )
    assert (days.value, days.is_known, days.is_shown) == (cell["person_days"].sum(), True, False)
    assert whole.ratios[key("rate", at)].under == days.key


def test_those_who_left_between_two_windows_are_in_the_draft_although_no_table_has_them(whole, seen):
    counts = {(row["arm"], row["window_id"]): row for row in seen.followed.counts.to_pylist()}
    gone = whole.quantities[key("gone", {"arm": "comparison", "window": "1"})]
    members = seen.followed.members.to_pandas()
    came = ((members["arm"] == "comparison") & (members["wave_id"] == "w2")).sum()
    assert gone.value == counts["comparison", "1"]["persons"] + came - counts["comparison", "2"]["persons"]
    assert not gone.is_shown


def test_an_outcome_that_was_not_measured_is_no_row_of_zeros(whole):
    outcomes = {dict(k.at).get("outcome") for k in whole.shown} - {None}
    assert outcomes == set(OUTCOMES)


def test_units_of_all_periods_are_the_sum_of_each(whole):
    pieces = list(units("plans", {"1": 3, "2": 9}))
    assert {piece.key: piece.value for piece in pieces[:3]} == {
        of_period("plans", "1"): 3, of_period("plans", "2"): 9, until("plans", "2"): 12,
    }  # fmt: skip


def test_apart_hides_as_much_as_the_whole_and_never_what_the_whole_would_show(whole):
    persons = _only(whole, OF_PERSONS)
    together, apart = protect(persons, RESEARCH), protect_apart(persons, RESEARCH)
    assert set(together.figures) == set(apart.figures)
    assert together.hidden == apart.hidden
    assert apart.hidden


def test_a_piece_that_an_earlier_release_binds_to_another_is_not_looked_at_alone():
    from transforms.disclosure import Quantity, adds_up, draft

    women, men, all_ = key("n", {"sex": "F"}), key("n", {"sex": "M"}), key("n")
    parts = [Quantity(women, 3), Quantity(men, 40)]
    first = draft(Quantity(all_, 43), *parts, adds_up(all_, [women, men]))
    told = Released("1", "dst_research@1", first, frozenset({women, men}))
    # By themselves the men are no secret; beside the total that is known they tell the women.
    assert protect_apart(draft(Quantity(men, 40)), RESEARCH).figures[men] == 40
    assert protect_apart(draft(Quantity(men, 40)), RESEARCH, [told]).figures[men] is SUPPRESSED


@pytest.mark.fault("F67")
@pytest.mark.parametrize("profile", [PUBLIC, RESEARCH], ids=lambda profile: profile.id)
def test_no_count_of_few_persons_can_be_solved_from_the_tables(whole, profile):
    found = protect_apart(whole, profile)
    persons = _only(whole, OF_PERSONS)
    few = [k for k, q in persons.quantities.items() if 0 < q.value < profile.threshold]
    assert few
    for k in few:
        assert found.figures.get(k, SUPPRESSED) is SUPPRESSED
        low, high = solved([(persons, found.hidden)], {(0, k): 1})
        assert low <= 0 and high >= profile.protected_to, str(k)


@pytest.mark.fault("F68")
@pytest.mark.parametrize("first_corrected", [False, True])
def test_a_release_after_a_correction_does_not_tell_the_few_who_make_the_difference(whole, corrected, first_corrected):
    before, after = (corrected, whole) if first_corrected else (whole, corrected)
    first = protect_apart(before, PUBLIC)
    second = protect_apart(after, PUBLIC, [first.released("1")])
    told = [(_only(before, OF_PERSONS), first.hidden), (_only(after, OF_PERSONS), second.hidden)]
    changed = 0
    for k in sorted(set(told[0][0].quantities) & set(told[1][0].quantities)):
        difference = after.quantities[k].value - before.quantities[k].value
        if not 0 < abs(difference) < PUBLIC.threshold:
            continue
        changed += 1
        assert SUPPRESSED in (first.figures.get(k, SUPPRESSED), second.figures.get(k, SUPPRESSED)), str(k)
        low, high = solved(told, {(1, k): 1, (0, k): -1})
        assert (
            (low <= 0 and high >= PUBLIC.protected_to)
            if difference > 0
            else (low <= -PUBLIC.protected_to and high >= 0)
        )
    assert changed > 5
    # Without the register the second would have told it.
    assert set(protect_apart(after, PUBLIC).hidden) < set(second.hidden)


@pytest.mark.fault("F69")
def test_a_mean_and_a_rate_of_few_persons_are_withheld(whole):
    found = protect_apart(whole, PUBLIC)
    for k, ratio in whole.ratios.items():
        under = whole.quantities[ratio.under]
        if under.persons_behind < PUBLIC.persons_behind:
            assert found.figures[k] is SUPPRESSED, str(k)


def _only(whole: Draft, measures: tuple[str, ...]) -> Draft:
    """The part of a draft that is about some measures."""
    from transforms.disclosure import draft
    from transforms.disclosure.drafts import Part, Relation

    kept = {k for k in whole.quantities if k.measure in measures}
    pieces = [q for k, q in whole.quantities.items() if k in kept]
    relations = [r for r in whole.relations if {k for k, _ in r.terms} <= kept]
    parts = [p for p in whole.parts if {p.part, p.whole} <= kept]
    assert all(isinstance(piece, Relation | Part) for piece in [*relations, *parts])
    return draft(*pieces, *relations, *parts)
