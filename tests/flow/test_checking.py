"""A file is looked at batch by batch; where it is cut, in what order it comes and how it is split changes nothing."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maalbar.contract.delivering import Layout
from maalbar.errors import DeliveryRefused, IdentityFound
from tests.transforms.taken import as_sent, taken
from transforms.repeated import NOTHING_TO_TAKE_BACK

HEADER = "person;contact;began;ended;priority;form;unit;system"
SERVICES = "person;service;week_start;hours"


def contact(number: int, *, person: str = "p1", ended: str = "2022-07-04 11:00", system: str = "LPR3") -> str:
    return f"{person};k{number};2022-07-04 10:00;{ended};ATA1;ALCA00;u;{system}"


def file(header: str, *rows: str) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def with_delivery(contract, source: str, **changed):
    """The contract with one of its deliveries described otherwise."""
    told = contract.deliveries[source].model_copy(update=changed)
    return contract.model_copy(update={"deliveries": {**contract.deliveries, source: told}})


def parts(found) -> tuple[int, int, int, int, int, int]:
    a = found.account
    return a.rows_in, a.accepted, a.quarantined, a.collapsed, a.cancelled, a.erased


def test_rows_of_another_kind_than_is_meant_are_cancelled_and_not_looked_at(tiny):
    contract = with_delivery(tiny, "contacts", only={"system": ("LPR3",)}, ignored=())
    # The row of LPR2 could not be read, and is told of nowhere but in the account.
    rows = [contact(1), contact(2, ended="never", system="LPR2"), contact(3, system="")]
    found, accepted = taken(contract, "contacts", file(HEADER, *rows))
    assert parts(found) == (3, 1, 0, 0, 2, 0)
    assert accepted["contact_id"].to_pylist() == ["k1"]
    assert found.quarantine.num_rows == 0


def test_a_retracted_row_is_cancelled_and_an_empty_mark_retracts_nothing(tiny):
    # SENERE_AFKRAEFTET is empty in most rows: `!= 'Ja'` alone would lose them all.
    contract = with_delivery(tiny, "contacts", retracted={"system": ("Ja",)}, ignored=())
    rows = [contact(1, system=""), contact(2, system="Ja"), contact(3, system="Nej")]
    found, accepted = taken(contract, "contacts", file(HEADER, *rows))
    assert accepted["contact_id"].to_pylist() == ["k1", "k3"]
    assert parts(found) == (3, 2, 0, 0, 1, 0)


def test_a_negative_row_takes_back_one_that_is_otherwise_the_same(tiny):
    contract = with_delivery(tiny, "services", corrections="hours")
    rows = ["p1;care;2022-07-04;2", "p1;care;2022-07-04;-2", "p1;care;2022-07-11;3"]
    found, accepted = taken(contract, "services", file(SERVICES, *rows))
    assert accepted["quantity"].to_pylist() == [300]
    assert parts(found) == (3, 1, 0, 0, 2, 0)


def test_a_negative_row_takes_back_one_row_and_no_more(tiny):
    contract = with_delivery(tiny, "services", corrections="hours")
    rows = ["p1;care;2022-07-04;2", "p1;care;2022-07-04;2", "p1;care;2022-07-04;-2"]
    found, accepted = taken(contract, "services", file(SERVICES, *rows))
    assert accepted["quantity"].to_pylist() == [200]
    assert parts(found) == (3, 1, 0, 0, 2, 0)


def test_a_negative_row_with_nothing_to_take_back_is_set_aside(tiny):
    contract = with_delivery(tiny, "services", corrections="hours")
    rows = ["p1;care;2022-07-04;2", "p1;care;2022-07-04;-3", "p2;care;2022-07-04;-2"]
    found, accepted = taken(contract, "services", file(SERVICES, *rows))
    aside = [(row["row_number"], row["reason"]) for row in found.quarantine.to_pylist()]
    assert (2, NOTHING_TO_TAKE_BACK) in aside and (3, NOTHING_TO_TAKE_BACK) in aside
    assert accepted["quantity"].to_pylist() == [200]
    assert parts(found) == (3, 1, 2, 0, 0, 0)


def test_a_file_in_another_agreed_layout_gives_the_same_table(tiny):
    older = Layout(
        columns={
            "person_id": "PNR",
            "contact_id": "RECNUM",
            "started_at": "INDDTO",
            "ended_at": "UDDTO",
            "form": "PATTYPE",
        },
        constants={"sector": "hospital", "priority": "ATA1", "unit": "u"},
        codes={"form": {"0": "ALCA00"}},
        date_format="%d-%m-%Y %H:%M",
    )
    contract = with_delivery(tiny, "contacts", layouts=(older,))
    now, accepted = taken(contract, "contacts", file(HEADER, contact(1)))
    before, same = taken(
        contract, "contacts", file("PNR;RECNUM;INDDTO;UDDTO;PATTYPE", "p1;k1;04-07-2022 10:00;04-07-2022 11:00;0")
    )
    assert same.equals(accepted)
    assert parts(now) == parts(before)


def test_rows_of_erased_persons_are_counted_and_go_no_further(tiny):
    def rekey(ids: pa.Array) -> tuple[pa.Array, pa.Array]:
        return ids, pa.array([person == "p2" for person in ids.to_pylist()])

    rows = [contact(1), contact(2, person="p2"), contact(3, person="p2", ended="never"), contact(1, person="p2")]
    found, accepted = taken(tiny, "contacts", file(HEADER, *rows), rekey)
    assert accepted["contact_id"].to_pylist() == ["k1"]
    # k1 of an erased person is no clash with k1 of another, and what could not be read of them is not told.
    assert found.quarantine.num_rows == 0
    assert parts(found) == (4, 1, 0, 0, 0, 3)


def test_a_file_with_other_rows_than_announced_is_refused(tiny):
    with pytest.raises(DeliveryRefused, match=r"f\.csv: has 1 rows, 2 were announced"):
        taken(tiny, "contacts", file(HEADER, contact(1)), rows=2)


few = st.sampled_from
rows = st.lists(
    st.tuples(few(["p1", "p2", ""]), few("ab"), few(["2022-07-04", "2022-10-17", "x"]), few(["1", "-1", "2", "x"])).map(";".join),
    min_size=1, max_size=10,
)  # fmt: skip
READABLE = "p9;a;2022-07-04;1"


def outcome(contract, lines: list[str], header: str = SERVICES):
    found, accepted = taken(contract, "services", file(header, *lines), as_sent)
    return accepted, parts(found), found.quarantine


@settings(max_examples=25)
@given(lines=rows, cut=st.integers(1, 4))
def test_where_a_file_is_cut_into_batches_changes_nothing(tiny, lines, cut):
    contract = with_delivery(tiny, "services", corrections="hours")
    whole = outcome(contract, [READABLE, *lines])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("transforms.formats.ROWS", cut)
        assert [part == other for part, other in zip(whole, outcome(contract, [READABLE, *lines]), strict=True)] == [
            True
        ] * 3


@settings(max_examples=25)
@given(lines=rows, random=st.randoms(use_true_random=False))
def test_the_order_of_rows_and_columns_changes_nothing(tiny, lines, random):
    contract = with_delivery(tiny, "services", corrections="hours")
    table = [line.split(";") for line in [SERVICES, READABLE, *lines]]
    order = random.sample(range(4), 4)
    shuffled = [";".join(row[place] for place in order) for row in random.sample(table[1:], len(table) - 1)]
    accepted, account, aside = outcome(contract, [READABLE, *lines])
    same, equal, also = outcome(contract, shuffled, ";".join(table[0][place] for place in order))
    assert (same, equal) == (accepted, account)
    assert sorted(also["reason"].to_pylist()) == sorted(aside["reason"].to_pylist())


@settings(max_examples=25)
@given(lines=rows)
def test_a_file_split_in_two_by_person_gives_what_it_gives_whole(tiny, lines):
    contract = with_delivery(tiny, "services", corrections="hours")
    first = [line for line in lines if line.startswith("p1")]
    rest = [line for line in lines if not line.startswith("p1")]
    accepted, account, _ = outcome(contract, [READABLE, *lines])
    one, two = outcome(contract, [READABLE, *first]), outcome(contract, [READABLE, *rest])
    together = pa.concat_tables([one[0], two[0]]).to_pylist()
    key = lambda row: tuple(map(str, row.values()))  # noqa: E731
    # The readable row stands in both parts, so it is there once more.
    assert sorted(together, key=key) == sorted([*accepted.to_pylist(), nine(together)], key=key)
    assert [a + b - c for a, b, c in zip(one[1], two[1], account, strict=True)] == [1, 1, 0, 0, 0, 0]


def nine(rows: list[dict[str, object]]) -> dict[str, object]:
    """The row of the person who stands in every file."""
    return next(row for row in rows if row["person_id"] == "p9")


def test_a_file_with_a_column_too_many_is_looked_through_for_persons_before_it_is_refused_for_that(tiny):
    # It would stay in the landing folder, with the very column for which it must not.
    rows = [f"{contact(number)};251248-9996" for number in (1, 2)]
    with pytest.raises(IdentityFound, match=r"2 cells look like CPR numbers \(in column no\. 9"):
        taken(tiny, "contacts", file(f"{HEADER};cpr", *rows))
    with pytest.raises(DeliveryRefused, match="has a column that the contract does not know") as caught:
        taken(tiny, "contacts", file(f"{HEADER};note", *[f"{contact(number)};x" for number in (1, 2)]))
    assert not isinstance(caught.value, IdentityFound)
