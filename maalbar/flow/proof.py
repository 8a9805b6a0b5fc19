"""The proof of an erasure: what was replaced by what, when and by whom, as JSON and as a text to file. It holds no person id."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from maalbar.settings import settings
from maalbar.store import write_atomically

KINDS = {
    "persons": "erasure of persons",
    "retention": "end of the time for which persons may be kept",
    "rotation": "new key of person ids",
}


def write_proof(row: Mapping[str, Any]) -> tuple[Path, Path]:
    """Write the proof of a row of `erasure`; the addresses of the JSON and the text. Again writes the same bytes."""
    folder = settings().home / "erasures" / str(row["contract"])
    stem = f"erasure-{row['number']}"
    said = dict(row) | {"erased_at": row["erased_at"].isoformat()}
    raw = json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    files = folder / f"{stem}.json", folder / f"{stem}.txt"
    write_atomically(files[0], raw.encode())
    write_atomically(files[1], ("\n".join(_lines(row)) + "\n").encode())
    return files


def _lines(row: Mapping[str, Any]) -> list[str]:
    persons = f", {row['persons']} persons" if row["persons"] else ""
    lines = [
        f"{row['contract']}: {KINDS[row['kind']]} no. {row['number']}{persons}",
        f"When:    {row['erased_at'].isoformat()}",
        f"By:      {row['name']}",
        f"Because: {row['because']}",
        f"Reaches: {', '.join(row['sources'])}",
        f"Objects replaced: {len(row['replaced'])}",
    ]
    if row["kind"] == "persons" and not row["replaced"]:
        lines.append("Found in no delivery; remembered, so that what comes later is kept without them.")
    for delivery_id, shelf, old, new, rows_gone in row["replaced"]:
        lines += [f"  {delivery_id}, {shelf}", f"    {old}", f"    → {new or 'nothing'} ({rows_gone} rows gone)"]
    if row["figures"]:
        lines.append("Measurements as they are since, by the digest of their results; what was approved stands:")
        lines += [f"  {name}: {digest}" for name, digest in row["figures"].items()]
    lines += [f"Record before: {row['previous_hash']}", f"This record:   {row['hash']}"]
    lines.append(
        f"`maalbar verify {row['contract']}` computes the chain again, and finds that no replaced object is left."
    )
    return lines
