"""Commands about what is wrong with a delivery: before it is sent, and of the rows that were set aside."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from maalbar.cli.app import app, day_of, results_database
from maalbar.cli.contracts import AsJson, ContractId
from maalbar.contract import Contract, agreement_of, find_contract
from maalbar.documents.verdict_told import (
    PARTS,
    Language,
    VerdictFacts,
    account_line,
    fault_in_danish,
    question_in_danish,
    reason_lines,
    verdict_lines,
)
from maalbar.errors import SetupError
from maalbar.named_deliveries import NAMED

if TYPE_CHECKING:
    from maalbar.documents.set_aside import Counted
    from maalbar.flow.before_sending import Verdict
    from maalbar.flow.quarantine import SetAside

DeliveryId = Annotated[str, typer.Argument(metavar="DELIVERY", help=f"A delivery: {NAMED}.")]


@app.command("check-delivery")
def check_delivery(
    contract_id: Annotated[str, typer.Argument(metavar="CONTRACT", help="The id of a contract, or a contract file.")],
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A key of its `deliveries`.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file as it would be sent.")],
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DAY", help="The day it describes, where its name does not say.")
    ] = None,
    write_manifest: Annotated[
        bool, typer.Option("--write-manifest", help="Write its manifest beside it when it passes.")
    ] = False,
    supersedes: Annotated[
        str | None, typer.Option("--supersedes", metavar="SHA256", help="With --write-manifest: the file it corrects.")
    ] = None,
    language: Annotated[
        Language, typer.Option("--language", help="In which the answer is; --json has both.", case_sensitive=False)
    ] = Language.DA,
    as_json: AsJson = False,
) -> None:
    """For a sender: hold a file against the contract before it is sent. Needs no database, and keeps nothing. In Danish."""
    contract = agreement_of(contract_id)
    if not isinstance(contract, Contract):
        raise SetupError(f"{contract.id} has no deliveries: its results are handed in by others")
    from maalbar.flow import before_sending

    try:
        _may_be_asked(supersedes, write_manifest)
        with _progress(is_shown=not as_json) as tell:
            day = day_of("--as-of", as_of) if as_of else None
            verdict = before_sending.verdict_on(contract, source, file, day, tell)
        written = None
        if write_manifest and verdict.fault is None:
            written = before_sending.write_manifest(verdict, file, supersedes)
    except SetupError as error:
        raise (question_in_danish(error) if language is Language.DA else error) from None
    if as_json:
        print(json.dumps(_as_data(verdict, written), ensure_ascii=False))
    else:
        for line in verdict_lines(_facts(verdict, written), language):
            print(line)
    if verdict.fault:
        raise typer.Exit(verdict.fault.exit_code)


def _may_be_asked(supersedes: str | None, write_manifest: bool) -> None:
    if supersedes and not write_manifest:
        raise SetupError("--supersedes says nothing by itself", mend="give it with --write-manifest")
    if supersedes and not re.fullmatch(r"[0-9a-f]{64}", supersedes):
        raise SetupError(
            "is no SHA-256", where="--supersedes", mend="give all 64 signs of the hash of the file it corrects"
        )


def _facts(verdict: Verdict, written: Path | None) -> VerdictFacts:
    account = vars(verdict.checked.account) if verdict.checked else None
    manifest = str(written) if written else ""
    return VerdictFacts(verdict.file, verdict.as_of, verdict.fault, account, verdict.reasons, manifest)


def _as_data(verdict: Verdict, written: Path | None) -> dict[str, Any]:
    fault = verdict.fault
    what_danish, mend_danish = fault_in_danish(fault, verdict.reasons) if fault else (None, None)
    return {
        "file": verdict.file,
        "as_of": verdict.as_of.isoformat(),
        "would_be": "refused" if fault else "taken in",
        "kind": type(fault).__name__ if fault else None,
        "what": fault.what if fault else None,
        "mend": fault.mend if fault else None,
        "what_danish": what_danish,
        "mend_danish": mend_danish,
        "account": vars(verdict.checked.account) if verdict.checked else None,
        "set_aside": [_reason_data(one) for one in verdict.reasons],
        "manifest": str(written) if written else None,
    }


@app.command()
def quarantine(
    contract_id: ContractId,
    delivery: Annotated[str | None, typer.Argument(metavar="[DELIVERY]", help=f"Only this one: {NAMED}.")] = None,
    export: Annotated[
        Path | None, typer.Option("--export", metavar="FILE", help="Write one delivery's rows as CSV for its sender.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Which rows of which deliveries were set aside, and why: row numbers and reasons, no values."""
    contract = find_contract(contract_id)
    from maalbar.flow import quarantine as flow

    with results_database():
        found = flow.set_aside(contract, delivery)
        if export and len(found) != 1:
            mend = f"name it: {', '.join(one.row['delivery_id'] for one in found) or 'there is none'}"
            raise SetupError("--export is of one delivery", mend=mend)
        lines = flow.export(contract, found[0], export) if export else None
    if as_json:
        print(json.dumps([_set_aside_data(one) for one in found], ensure_ascii=False))
        return
    for one in found:
        _print_set_aside(one)
    if not found:
        print("nothing is set aside")
    if export:
        print(f"{lines} lines for the sender in {export}")


def _print_set_aside(one: SetAside) -> None:
    row = one.row
    standing = "" if one.is_in_force else "; another version has taken its place"
    print(f"{row['delivery_id']}{standing}")
    print(f"  {account_line(account_of(row))}")
    if one.release:
        let_in = one.release
        print(f"  {let_in['rows_released']} rows were let in by {let_in['name']}: {let_in['why']}")
    for line in reason_lines(one.reasons):
        print(f"  {line}")


@app.command()
def release(
    contract_id: ContractId,
    delivery: DeliveryId,
    reason_code: Annotated[
        list[str],
        typer.Option("--reason-code", metavar="CODE", help="As `maalbar quarantine` tells it; may be given again."),
    ],
    name: Annotated[str, typer.Option("--name", help="Who says that these rows are right.")],
    because: Annotated[str, typer.Option("--because", metavar="WHY", help="Why they are; it is kept with the name.")],
    as_json: AsJson = False,
) -> None:
    """Let in rows that were set aside for a date alone; makes a new version of the delivery, and keeps the old one."""
    contract = find_contract(contract_id)
    from maalbar.flow.release import release as flow

    with results_database():
        row = flow(contract, delivery, reason_code, name, because)
    if as_json:
        print(json.dumps({"delivery": row["delivery_id"], "rows_released": row["rows_released"]}))
        return
    print(f"{row['rows_released']} rows are let in: {row['delivery_id']}")
    print("  what is measured stays as it is; `maalbar measure --revise` takes the new version")


def account_of(row: dict[str, Any]) -> dict[str, int]:
    """The row account of a delivery, from its row of the database."""
    return {"rows_in": row["rows_in"]} | {part: row[f"rows_{part}"] for part in PARTS}


def _reason_data(one: Counted) -> dict[str, Any]:
    reason = one.reason
    return {
        "code": reason.code, "reason": reason.text, "danish": reason.danish, "column": reason.column, "mend": reason.mend,
        "danish_mend": reason.danish_mend,
        "rows": one.rows, "row_numbers": one.ranges, "may_be_released": reason.may_be_released,
    }  # fmt: skip


def _set_aside_data(one: SetAside) -> dict[str, Any]:
    row = one.row
    return {
        "delivery": row["delivery_id"],
        "source": row["source"],
        "as_of": row["as_of"].isoformat(),
        "file": row["file"],
        "sha256": row["sha256"],
        "is_in_force": one.is_in_force,
        "rows_in": row["rows_in"],
        "rows_set_aside": row["rows_quarantined"],
        "reasons": [_reason_data(reason) for reason in one.reasons],
    }


@contextmanager
def _progress(is_shown: bool) -> Iterator[Callable[[int], None]]:
    """How many rows have been looked at, on stderr, where that is a terminal: a large file takes minutes."""
    if not (is_shown and sys.stderr.isatty()):
        yield lambda rows: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("looking at the file")
        yield lambda rows: shown.update(task, description=f"{rows:,} rows looked at")
