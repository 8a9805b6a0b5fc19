"""Judging: the account of a file and its accepted rows against their suites, led by the cause where one cause is seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from expectations import deliveries as suites
from expectations import verdict
from maalbar.contract import Contract
from maalbar.contract.delivering import Delivery
from maalbar.documents.set_aside import column_of, ranges
from maalbar.errors import ChecksFailed
from maalbar.flow.file_rows import Checked
from maalbar.tables import TABLES
from transforms.forms import Form, contract_line


def judge(checked: Checked, contract: Contract, delivery: Delivery, name: str) -> None:
    """Hold the account of a file and its accepted rows against their suites. Raises ChecksFailed.

    Where too many rows are set aside because the whole file is written in another way than agreed, that is what is said.
    """
    account = checked.account
    share = account.quarantined / account.rows_in if account.rows_in else 0.0
    judged = pd.DataFrame([{"rows_in": account.rows_in, "accounted": account.accounted, "quarantined_share": share}])
    worst = "; ".join(_worst(checked.quarantine))
    mend = (
        f"{account.quarantined} of {account.rows_in} rows set aside ({worst}): send a corrected file" if worst else ""
    )
    try:
        verdict.hold(judged, suites.account_suite(contract.quality.max_quarantined), name, mend)
    except ChecksFailed as error:
        raise _by_its_cause(error, checked, delivery) from None
    verdict.hold_table(checked.accepted, TABLES[delivery.table], name)
    if delivery.table == "population":
        _has_areas(checked.accepted, contract, name)


def _has_areas(accepted: Path, contract: Contract, name: str) -> None:
    """Raise ChecksFailed where nobody lives in any area of the contract: then they are called otherwise than there."""
    areas = sorted({*contract.cohort.arms.treated.areas, *contract.cohort.arms.comparison.areas})
    column = pq.read_table(accepted, columns=["area"]).column("area")
    if areas and len(column) and not pc.any(pc.is_in(column, pa.array(areas, pa.string()))).as_py():
        mend = f"write them as the contract does: {', '.join(areas)}"
        raise ChecksFailed("no row lies in an area of the contract", where=name, mend=mend)


def _worst(quarantine: pa.Table) -> list[str]:
    """The most frequent reasons, each with the rows of the file between which it stands."""
    by_reason = quarantine.group_by("reason").aggregate(
        [("row_number", "count"), ("row_number", "min"), ("row_number", "max")]
    )
    told = sorted(by_reason.to_pylist(), key=lambda row: (-row["row_number_count"], row["reason"]))
    return [
        f"{row['row_number_count']} × {row['reason']}, rows {row['row_number_min']} to {row['row_number_max']}"
        for row in told[:3]
    ]


def _by_its_cause(error: ChecksFailed, checked: Checked, delivery: Delivery) -> ChecksFailed:
    """The same failure, told by how the file is written where that is why at least half of its rows were set aside."""
    told = list(_seeming(checked.forms, checked.quarantine, delivery))
    rows = {number for _, numbers in told for number in numbers}
    if not rows or 2 * len(rows) < checked.account.quarantined:
        return error
    lines = sorted({line for form in checked.forms if (line := contract_line(form))})
    mend = "write them as agreed"
    if len(lines) == 1:
        mend += f"; or, if all files will be so, say `{lines[0]}` in the contract"
    return ChecksFailed("; ".join(words for words, _ in told), where=error.where, mend=mend)


def _seeming(forms: tuple[Form, ...], quarantine: pa.Table, delivery: Delivery) -> Iterator[tuple[str, list[int]]]:
    """What is seen of how the file is written, in words, and the numbers of the rows. Columns that are written alike are one."""
    alike: dict[tuple[str, str, str], list[Form]] = {}
    for form in forms:
        what = "dates" if form.kind in ("date", "timestamp") else "numbers"
        alike.setdefault((what, form.seems, form.agreed), []).append(form)
    for (what, seems, agreed), same in alike.items():
        reasons = pa.array([f"{form.column}: not a {form.kind}" for form in same])
        found = quarantine.filter(pc.is_in(quarantine["reason"], reasons))["row_number"]
        numbers = sorted(set(found.to_pylist()))
        columns = ", ".join(column_of(form.column, delivery) for form in same)
        yield f"{columns}: {what} seem to be written {seems}, and {agreed} is agreed (rows {ranges(numbers)})", numbers
