"""Commands around signing: sign the terms of a file, and hold a changed file against what is paid."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE
from rich.table import Table

from maalbar.cli.app import app, day_of, results_database
from maalbar.cli.outlook import STRESS_DRAWS, stressed
from maalbar.contract import load_agreement, load_contract
from maalbar.contract import signing as terms
from maalbar.documents.formats import Formats, plain
from maalbar.errors import SetupError, TermsNotBinding
from maalbar.local.payments_table import wide_console


@app.command()
def sign(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A contract file.")],
    party: Annotated[str, typer.Option(help="The id of the party that signs.")],
    name: Annotated[str, typer.Option(help="Who signs for it.")],
    authority: Annotated[str, typer.Option(help="On what authority: a body, a decision, a delegation.")],
    dated: Annotated[str, typer.Option(help="The day of the signature, YYYY-MM-DD.")],
) -> None:
    """Append a party's signature on the hash of the terms to the contract file.

    Nobody signs what has not been under stress: terms that pay for nothing need the parties' written acceptance first.
    """
    day = day_of("--dated", dated)
    if day > date.today():
        raise SetupError("--dated is in the future", mend="give the day on which it was signed")
    load_agreement(file)
    for tested in stressed([file], STRESS_DRAWS, False):
        if tested.fault is not None:
            raise tested.fault
    print(f"{party} has signed terms {terms.sign(file, party, name, authority, day)}")


def print_against_ledger(path: Path, as_json: bool) -> None:
    """What is paid beside what the file would pay. Raises TermsNotBinding when settled periods change without being agreed."""
    from maalbar.database import transaction
    from maalbar.flow.against_ledger import against_ledger
    from maalbar.flow.binding import require_same

    contract = load_contract(path)
    with results_database():
        found = against_ledger(contract)
        refused = None
        try:
            with transaction() as connection:
                require_same(connection, contract)
        except TermsNotBinding as error:
            refused = error
    if as_json:
        rows = [{**row.__dict__, "difference": row.difference} for row in found.rows]
        said = {"contract": contract.id, "changed": found.changed, "unsigned": found.unsigned, "rows": rows}
        print(json.dumps(said, ensure_ascii=False))
    else:
        form, console = Formats("en_GB", contract.terms.currency), wide_console()
        table = Table(
            title=f"{contract.name}: what is posted, and what this file would give", box=SIMPLE, title_justify="left"
        )
        for heading in ("period", "payer", "recipient"):
            table.add_column(heading)
        for heading in ("posted", "by this file", "difference"):
            table.add_column(heading, justify="right")
        for row in found.rows:
            names = (contract.parties[row.payer].label, contract.parties[row.recipient].label)
            amounts = (plain(form.amount(minor)) for minor in (row.posted, row.by_file, row.difference))
            table.add_row(row.period, *names, *amounts)
        console.print(table if found.rows else "nothing is measured or posted yet")
        if found.changed:
            console.print(f"The file changes the terms of settled periods: {', '.join(found.changed)}")
        if found.unsigned:
            console.print(f"Not signed by: {', '.join(found.unsigned)}")
    if refused is not None:
        raise refused
