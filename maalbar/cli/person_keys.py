"""The command that makes a key for person ids."""

from __future__ import annotations

import json
import os
from pathlib import Path

import typer

from maalbar.cli.app import app
from maalbar.cli.contracts import AsJson


@app.command("new-person-key")
def new_person_key(as_json: AsJson = False) -> None:
    """Print a new key for person ids: the first, or the next generation to be put before those that are set."""
    from maalbar import persons

    file = os.environ.get(persons.FILE_VARIABLE)
    # The shell has emptied the file that the line is about to be written to: `new-person-key > FILE`.
    is_first = file and Path(file).exists() and not Path(file).stat().st_size
    is_set = bool(os.environ.get(persons.VARIABLE) or (file and not is_first))
    generation = persons.current_generation() + 1 if is_set else 1
    key = f"{generation}:{persons.new_key()}"
    if as_json:
        print(json.dumps({"generation": generation, "key": key}))
    elif is_set:
        # The older keys are not printed again: a screen is no place for a secret that is in use.
        print(key)
        typer.echo("put it before the keys that are set, with a comma between, and keep those", err=True)
    else:
        print(f"{persons.VARIABLE}={key}")
        typer.echo("put this line into the environment, and a copy where the store's backup is not", err=True)
