"""How a delivery comes is said without contradiction, and every layout of it makes the same table."""

from __future__ import annotations

import pytest

from maalbar.contract import load_contract

from .conftest import TINY

SERVICES = "register_name: Services\n"
LAYOUT = "    layouts:\n      - columns: {person_id: pnr, service: ydelse, starts_on: dato, quantity: antal}\n"
FAULTS = [  # (what, lines added to the delivery `services`, the line that is named, fault, remedy)
    ("complete without a manifest and without a name", "    complete_when: done_file\n", "complete_when",
     "complete_when: `done_file` needs `file_name`", "say what the files are called, like dream_{as_of}.csv"),
    ("a name without the day", "    file_name: services.csv\n", "file_name",
     "file_name: must hold {as_of} once, and else small letters, digits, `_`, `-` and `.`", "write it like dream_{as_of}.csv"),
    ("a name of another format", "    file_name: 'services_{as_of}.xlsx'\n", "file_name",
     "file_name: is no name of a file of format csv, packed: none", "let it end in .csv"),
    ("a name that is not packed", "    packed: gzip\n    file_name: 'services_{as_of}.csv'\n", "file_name",
     "file_name: is no name of a file of format csv, packed: gzip", "let it end in .csv.gz or .gz"),
    ("a sheet of what has none", "    sheet: Ark1\n", "sheet",
     "sheet: only a file of format `excel` has sheets", "take it away, or say `format: excel`"),
    ("answers of what is no survey", "    missing_answers: ['99']\n", "missing_answers",
     "missing_answers: only a survey has answers", "take it away, or say `table: surveys`"),
    ("one sign for two things", "    thousands: ','\n", "thousands", "thousands: is the decimal sign too", "they must differ"),
    ("a layout that leaves a column empty", LAYOUT.replace(", quantity: antal", ""), "- columns: {person_id: pnr",
     "layouts.0.columns: nothing fills the column `quantity` of services", "name its column in the file"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("added", "at", "fault", "remedy"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS]
)
def test_the_fault_is_named_with_its_line_and_remedy(refused, added, at, fault, remedy):
    found = refused((SERVICES, SERVICES + added))
    (line,) = found.error.lines
    assert line == f"{found.path}:{found.line_of(at)}: deliveries.services.{fault} — {remedy}"


@pytest.mark.parametrize(
    "added",
    [
        "    complete_when: stable\n    file_name: 'services_{as_of}.csv'\n",
        "    packed: zip\n    complete_when: done_file\n    file_name: '{as_of}.zip'\n",
        LAYOUT,
    ],
)
def test_every_way_that_fits_is_sound(added, tmp_path):
    file = tmp_path / "tiny.yaml"
    file.write_text(TINY.replace(SERVICES, SERVICES + added), encoding="utf-8")
    assert load_contract(file).deliveries["services"].register_name == "Services"
