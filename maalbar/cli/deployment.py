"""The commands that make ready what an installation needs once: its secrets, and the logins of its databases."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from maalbar.cli.app import app
from maalbar.cli.contracts import AsJson
from maalbar.cli.places import writing_to


@app.command("new-secrets")
def new_secrets(
    file: Annotated[Path, typer.Argument(help="The file that docker compose reads: NAME=value, a line each.")] = Path(
        ".env"
    ),
    as_json: AsJson = False,
) -> None:
    """Draw the secrets that a file does not have yet; what stands there stays."""
    from maalbar.deployment import secrets

    with writing_to(file):
        drawn = secrets.complete(file)
    if as_json:
        print(json.dumps({"file": str(file), "drawn": drawn}))
    elif drawn:
        print(f"{file}: drew {', '.join(drawn)}")
        typer.echo("keep a copy of MAALBAR_PERSON_KEYS where the backup of the store is not", err=True)
    else:
        print(f"{file}: has every secret already")


@app.command("create-logins")
def create_logins(as_json: AsJson = False) -> None:
    """Make the two databases and their logins on the server of MAALBAR_ADMINISTRATOR_URL, or renew their passwords.

    The passwords come from MAALBAR_OWNER_PASSWORD, MAALBAR_PIPELINE_PASSWORD, MAALBAR_REPORT_PASSWORD and
    AIRFLOW_DATABASE_PASSWORD.
    """
    from maalbar.deployment import logins
    from maalbar.errors import SetupError

    url = os.environ.get("MAALBAR_ADMINISTRATOR_URL")
    if not url:
        raise SetupError(
            "is not set", where="MAALBAR_ADMINISTRATOR_URL", mend="give the administrator's URL of the server"
        )
    logins.create(url, logins.passwords(os.environ))
    made = [login for among in logins.CONNECTS.values() for login in among]
    print(json.dumps({"logins": made}) if as_json else f"logins: {', '.join(made)}")
