"""A file that is not as agreed is refused with the difference in words; nothing is taken for another by itself."""

from __future__ import annotations

import itertools
import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from maalbar.contract.delivering import Delivery
from maalbar.errors import DeliveryRefused
from tests.transforms.formats.written import CANARY, delivery
from transforms.drift import agreed_layouts, code_drift, expected_columns, layout_of

AGREED = ("pnr", "recnum", "diag", "pattype", "inddto", "uddto", "indexdate")
LPR3 = {
    "columns": {"person_id": "CPR_KEY", "contact_id": "DW_EK_KONTAKT", "code": "KODE", "diagnosed_on": "DATO"},
    "constants": {"kind": "A"},
    "date_format": "%d%m%Y",
    "ignored": ["SKS"],
}


def refusal(header: tuple[str, ...], agreed: Delivery) -> str:
    with pytest.raises(DeliveryRefused) as caught:
        layout_of(header, agreed, "f.csv")
    return caught.value.line


def without(*left_out: str, new: tuple[str, ...] = ()) -> tuple[str, ...]:
    return tuple(column for column in AGREED if column not in left_out) + new


@pytest.mark.fault("F21")
@pytest.mark.parametrize("header", itertools.islice(itertools.permutations(AGREED), 0, None, 500))
def test_columns_are_known_by_name_and_not_by_place(header):
    assert layout_of(header, delivery(), "f.csv") == delivery()


@pytest.mark.fault("F19")
def test_a_missing_column_is_named():
    assert refusal(without("diag"), delivery()) == "f.csv: lacks diag — send the agreed columns"


@pytest.mark.fault("F20")
def test_a_new_column_is_named_and_not_dropped():
    assert refusal((*AGREED, "SENERE_AFKRAEFTET"), delivery()) == (
        "f.csv: has a column that the contract does not know (SENERE_AFKRAEFTET) — leave out SENERE_AFKRAEFTET"
    )
    assert refusal((*AGREED, "x", "y"), delivery()).startswith(
        "f.csv: has 2 columns that the contract does not know (x, y)"
    )


@pytest.mark.fault("F19")
def test_a_renamed_column_is_proposed_as_a_line_to_put_into_the_contract():
    assert refusal(without("inddto", new=("ind_dato",)), delivery()) == (
        "f.csv: lacks inddto (is it ind_dato?) — send the agreed columns; "
        "or, if the names have changed and not the meaning, say `columns: {diagnosed_on: ind_dato}`"
    )


def test_a_column_that_bears_its_canonical_name_is_known_again():
    assert "say `columns: {contact_id: CONTACT_ID}`" in refusal(without("recnum", new=("CONTACT_ID",)), delivery())


def test_a_column_in_other_case_is_another_column_and_told_as_such():
    line = refusal(without("diag", "pattype", new=("DIAG", "Pattype")), delivery())
    assert "lacks diag (written in other case: DIAG), pattype (written in other case: Pattype)" in line
    assert "`columns: {code: DIAG, kind: Pattype}`" in line


def test_each_new_column_is_proposed_once_and_for_the_nearest():
    line = refusal(without("inddto", "uddto", new=("uddt",)), delivery())
    assert "lacks inddto, uddto (is it uddt?)" in line


def test_a_column_of_an_unlike_name_is_proposed_for_nothing():
    line = refusal(without("diag", new=("xyzw",)), delivery())
    assert line == (
        "f.csv: lacks diag; has a column that the contract does not know (xyzw) — send the agreed columns, leave out xyzw"
    )


def test_a_column_that_stands_twice_is_refused():
    assert refusal((*AGREED, "diag"), delivery()) == "f.csv: has twice diag — send each column once"


def test_a_name_that_yaml_would_read_as_something_else_is_quoted():
    renamed = delivery(columns={"person_id": "pnr", "contact_id": "recnum", "code": "nos", "diagnosed_on": "inddto"})
    line = refusal(("pnr", "recnum", "NO", "inddto", "uddto", "indexdate"), renamed)
    proposed = line.split("`")[1]
    assert yaml.safe_load(proposed) == {"columns": {"code": "NO"}}


@pytest.mark.parametrize(
    "cell", ["0101701234", "010170-1234", "Jens Hansen", "a@b.dk", "p00012345", CANARY, "9f86d081884c7d65"]
)
def test_a_name_that_may_be_a_persons_value_is_told_by_its_number(cell):
    line = refusal((*AGREED, cell), delivery())
    assert line == "f.csv: has a column that the contract does not know (column no. 8) — leave out column no. 8"


def test_a_renamed_column_of_such_a_name_is_proposed_without_the_name():
    line = refusal(without("inddto", new=("inddto-0101701234",)), delivery())
    assert "0101701234" not in line
    assert "column no. 7" in line
    assert "`" not in line


def test_in_a_file_without_a_header_no_cell_is_repeated():
    cells = ("Jens", "Hansen", "DI10", "A", "Herning", "x", "y")
    line = refusal(cells, delivery())
    assert not any(
        cell in line.replace("lacks pnr, recnum, diag, pattype, inddto, uddto, indexdate", "") for cell in cells[:5]
    )
    assert "7 columns that the contract does not know (column no. 1, column no. 2," in line


def test_a_first_line_is_a_header_where_half_of_the_agreed_names_are_in_it():
    ten = delivery(ignored=("uddto", "indexdate", "c1"))  # eight columns
    assert "(Holger)" in refusal(("pnr", "recnum", "diag", "c1", "Holger"), ten)
    assert "(column no. 4)" in refusal(("pnr", "recnum", "diag", "Holger"), ten)


@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=9))
def test_no_name_of_an_unknown_first_line_is_ever_told(header):
    agreed = delivery(
        columns={"person_id": "Ω1", "contact_id": "Ω2", "code": "Ω3", "diagnosed_on": "Ω4"}, ignored=("Ω5",)
    )
    told = refusal(tuple(f"ξ{name}ξ" for name in header), agreed)
    assert "ξ" not in told


def test_the_header_says_which_layout_a_file_is_in():
    agreed = delivery(layouts=[LPR3])
    found = layout_of(("SKS", "KODE", "DATO", "CPR_KEY", "DW_EK_KONTAKT"), agreed, "f.csv")
    assert found.columns == LPR3["columns"]
    assert (found.constants, found.date_format, found.ignored, found.layouts) == ({"kind": "A"}, "%d%m%Y", ("SKS",), ())
    assert layout_of(AGREED, agreed, "f.csv") == delivery()


def test_a_layout_without_a_date_format_has_that_of_the_delivery():
    layout = {key: said for key, said in LPR3.items() if key != "date_format"}
    assert agreed_layouts(delivery(layouts=[layout], date_format="%d-%m-%Y"))[1].date_format == "%d-%m-%Y"


def test_a_file_in_no_layout_is_compared_with_the_nearest():
    line = refusal(("KODE", "DATO", "CPR_KEY", "DW_EK_KONTAKT"), delivery(layouts=[LPR3]))
    assert line == "f.csv: lacks SKS (of 2 layouts, no. 2 is the nearest) — send the agreed columns"


def test_a_file_in_two_layouts_is_refused():
    same = {"columns": dict(delivery().columns), "ignored": ["uddto", "indexdate"], "date_format": "%d%m%Y"}
    assert refusal(AGREED, delivery(layouts=[same])).startswith("f.csv: fits 2 layouts")


def test_columns_that_cancel_rows_must_be_there_and_in_another_layout_only_where_it_has_them():
    said = {"only": {"system": ("LPR3",)}, "retracted": {"SKS": ("Ja",)}, "corrections": "antal"}
    agreed = delivery(layouts=[LPR3], **said)
    assert expected_columns(agreed) == [*AGREED, "system", "SKS", "antal"]
    assert refusal((*AGREED, "SKS", "antal"), agreed).startswith("f.csv: lacks system")
    other = agreed_layouts(agreed)[1]
    assert (other.only, other.retracted, other.corrections) == ({}, {"SKS": ("Ja",)}, None)


def test_weekly_columns_are_as_many_as_come_and_never_none():
    weekly = {
        "table": "benefits",
        "shape": "weekly_columns",
        "columns": {"person_id": "pnr"},
        "ignored": (),
    }
    assert layout_of(("pnr", "y_2601", "y_2602"), delivery(**weekly), "f.csv") == delivery(**weekly)
    line = refusal(("pnr",), delivery(**weekly))
    assert line == "f.csv: has no weekly columns (their names begin with y_) — send the weeks"
    assert "has a column that the contract does not know (z_2601)" in refusal(
        ("pnr", "y_2601", "z_2601"), delivery(**weekly)
    )


def test_renamed_items_and_measures_are_proposed_under_their_own_keys():
    items = delivery(shape="item_columns", items={"who5": {"1": "glad", "2": "rolig"}})
    assert "`items: {who5: {1: GLAD}}`" in refusal((*without(), "GLAD", "rolig"), items)
    measures = delivery(shape="measure_columns", measures={"visits": "besoeg"})
    assert "`measures: {visits: besoeg_antal}`" in refusal((*AGREED, "besoeg_antal"), measures)


CODES = delivery(codes={"kind": {"A": "A", "01": "B"}})


def test_no_unknown_code_is_no_drift():
    assert code_drift("kind", [], CODES) == ""


def test_an_unknown_code_of_many_rows_is_told_with_a_line_for_the_contract():
    assert code_drift("kind", [("H", 20), ("G", 300)], CODES) == (
        "pattype: 2 unknown codes in 320 rows: G (300), H (20); known are A, 01; "
        'if they are meant, say `codes: {kind: {"G": …, "H": …}}`'
    )


def test_a_code_that_differs_in_case_or_leading_zeros_is_proposed_as_the_known_one():
    line = code_drift("kind", [("a", 30), ("1", 25)], CODES)
    assert yaml.safe_load(line.split("`")[1]) == {"codes": {"kind": {"a": "A", "1": "B"}}}


@pytest.mark.parametrize(
    "unknown",
    [("H", 19), ("0101701234", 500), ("101701234", 500), ("010170-1234", 500), ("thirteensigns", 500), ("Jens Hansen", 500),
     ("å", 500), ("", 500)],
)  # fmt: skip
def test_a_code_that_may_be_someones_is_counted_and_not_told(unknown):
    code, rows = unknown
    line = code_drift("kind", [unknown], CODES)
    counted = f"pattype: 1 unknown code in {rows} rows, none of them told (rare, long, or like a person's number)"
    assert line == f"{counted}; known are A, 01"
    assert "H (30), and 1 not told" in code_drift("kind", [("H", 30), unknown], CODES)
    assert not code or f"{code} (" not in line


def test_a_column_of_very_many_unknown_codes_holds_something_else_and_none_is_told():
    line = code_drift("kind", [(f"k{n}", 100) for n in range(21)], CODES)
    assert line.startswith("pattype: 21 unknown codes in 2100 rows, none of them told")
    assert "k19 (100)" in code_drift("kind", [(f"k{n}", 100) for n in range(20)], CODES)


def test_of_many_known_codes_ten_are_named_and_the_others_counted():
    many = delivery(codes={"kind": {f"{n:02}": "A" for n in range(13)}})
    ten = ", ".join(f"{n:02}" for n in range(10))
    assert f"; known are {ten} and 3 more; if they are meant" in code_drift("kind", [("H", 20)], many)


@pytest.mark.fault("F19")
@pytest.mark.parametrize(("sign", "called"), [(",", "comma"), ("\t", "tab")])
def test_another_separator_is_told_as_that_and_not_as_missing_columns(sign, called):
    written = json.dumps("tab" if sign == "\t" else sign)
    assert refusal((sign.join(AGREED),), delivery()) == (
        f"f.csv: its columns seem to be separated by {called}, and semicolon is agreed — separate them by semicolon; or, if "
        f"all files will be so, say `delimiter: {written}` in the contract"
    )


def test_one_column_that_no_sign_cuts_into_the_agreed_ones_is_a_column_that_is_not_known():
    assert "lacks pnr" in refusal(("a,b,c",), delivery())
    assert "lacks pnr" in refusal((",".join(AGREED),), delivery(format="parquet"))
