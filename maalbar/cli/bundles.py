"""Commands between two rooms: make a key, measure into a bundle, take a bundle in."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from maalbar.cli.app import app, results_database
from maalbar.cli.contracts import AsJson
from maalbar.cli.places import writing_to
from maalbar.errors import SetupError


def measure_into(file: Path, contract_id: str, period_id: str, revise: bool, as_json: bool) -> None:
    """Measure a period and write its bundle to a file; to the name that a paying room looks for where `file` is a folder."""
    from maalbar.bundle import file_name
    from maalbar.bundle.keys import signing_key
    from maalbar.flow.bundles import write_bundle
    from maalbar.flow.measure import measure

    signing_key()  # whoever has none is told before the work, not after it
    if not (file.is_dir() or file.parent.is_dir()):
        raise SetupError("there is no such folder", where=str(file.parent), mend="make it first")
    with results_database():
        measurement_id = measure(contract_id, period_id, revise=revise)
        path = (
            file / file_name(contract_id, period_id, int(measurement_id.rpartition("|r")[2])) if file.is_dir() else file
        )
        bundle = write_bundle(measurement_id, path)
    if as_json:
        told = {"measurement": measurement_id, "bundle": str(path), "told_exactly": bundle.told_exactly}
        print(json.dumps(told, ensure_ascii=False))
        return
    print(f"{measurement_id}: signed results in {path}, a text that can be read before it leaves")
    if bundle.told_exactly:
        print(f"told exactly though of few, since it is paid on: {', '.join(bundle.told_exactly)}")


@app.command("take-in-bundle")
def take_in_bundle(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A signed bundle from the room that measured.")],
    as_json: AsJson = False,
) -> None:
    """Take in a result bundle in place of measuring here. The same bundle again changes nothing."""
    from maalbar.flow.bundles_in import take_in_bundle as flow

    with results_database():
        measurement_id = flow(file, date.today())
    print(json.dumps({"measurement": measurement_id}) if as_json else measurement_id)


@app.command("new-bundle-key")
def new_bundle_key(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Where the private key is written; only you may read it.")
    ],
    as_json: AsJson = False,
) -> None:
    """Make the key that a measuring room signs with, and print the public half for the paying room's list."""
    from maalbar.bundle.keys import PRIVATE_FILE, new_key

    with writing_to(file):
        public = new_key(file)
    if as_json:
        print(json.dumps({"file": str(file), "public_key": public}))
        return
    print(public)
    print(
        f"give this public key to the paying room by another way than the bundles; {PRIVATE_FILE}={file} signs with it"
    )
