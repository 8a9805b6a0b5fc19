"""The same hospital rows, delivered as text and as SAS, become the same canonical table, to the byte.

The rows (3,967, of 1,338 persons, in the shape of the older Danish register) are simulated by tagteam/heaven. The SAS file holds
diagnoses in a column of seven signs, so that 13 longer codes were cut off when it was written; the text file's are cut here.
"""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from maalbar.contract.delivering import Delivery, Permission
from maalbar.flow.checking import Announced, check_file
from tests.transforms.taken import AS_OF, as_sent

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(not (DATA / "heaven_lpr.csv").exists(), reason="the data for acceptance are not here")
AS_TEXT = Delivery(
    source="heaven", table="diagnoses", register_name="LPR", sender="region", controller="region", legal_basis="made up",
    permission=Permission(reference="none", expires="2100-01-01"), delimiter=",",
    columns={"person_id": "pnr", "contact_id": "recnum", "code": "diag", "kind": "pattype", "diagnosed_on": "inddto"},
    ignored=("uddto", "indexdate"),
)  # fmt: skip
AS_SAS = AS_TEXT.model_copy(update={"format": "sas"})


def found(file: Path, delivery: Delivery, tiny, folder: Path):
    folder.mkdir()
    return check_file(file, Announced(file.name, AS_OF, 3967), delivery, tiny, folder, as_sent)


def cut_to_seven(text: str) -> str:
    rows = list(csv.DictReader(io.StringIO(text)))
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(row | {"diag": row["diag"][:7]} for row in rows)
    return out.getvalue()


def test_the_two_files_differ_in_what_the_sas_column_could_not_hold(tiny, tmp_path):
    as_text = pq.read_table(found(DATA / "heaven_lpr.csv", AS_TEXT, tiny, tmp_path / "text").accepted).to_pylist()
    as_sas = pq.read_table(found(DATA / "heaven_lpr.sas7bdat", AS_SAS, tiny, tmp_path / "sas").accepted).to_pylist()
    told = {row["contact_id"]: row for row in as_text}
    differ = [(told[row["contact_id"]], row) for row in as_sas if told[row["contact_id"]] != row]
    assert len(as_text) == len(as_sas) == len(told) == 3967
    assert len(differ) == 13
    assert all(text | {"code": text["code"][:7]} == sas and len(text["code"]) > 7 for text, sas in differ)


def test_the_same_rows_in_either_format_have_the_same_hash(tiny, tmp_path):
    text = tmp_path / "heaven.csv"
    text.write_text(cut_to_seven((DATA / "heaven_lpr.csv").read_text(encoding="utf-8")), encoding="utf-8")
    tables = [
        found(text, AS_TEXT, tiny, tmp_path / "text"),
        found(DATA / "heaven_lpr.sas7bdat", AS_SAS, tiny, tmp_path / "sas"),
    ]
    assert tables[0].account == tables[1].account
    first, second = (hashlib.sha256(table.accepted.read_bytes()).hexdigest() for table in tables)
    assert first == second
