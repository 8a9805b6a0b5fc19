"""The real panel as deliveries: one cumulative extract a year, cut out of the file's own lines."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

FILE = Path(__file__).resolve().parents[2] / "shared" / "data" / "rwm5yr.csv"
YEARS = ("1984", "1985", "1986", "1987", "1988")
CONTRACT = "health_panel"


def rows() -> list[dict[str, str]]:
    """Every person-year of the file, as text."""
    header, *lines = FILE.read_text().splitlines()
    return [dict(zip(header.split(","), line.split(","), strict=True)) for line in lines]


def deliver(landing: Path) -> None:
    """Write the extract of each year, all years so far in it, as known a month after the year's end."""
    header, *lines = FILE.read_text().splitlines()
    column = header.split(",").index("year")
    folder = landing / CONTRACT / "panel"
    folder.mkdir(parents=True)
    for year in YEARS:
        kept = [line for line in lines if line.split(",")[column] <= year]
        raw = "\n".join([header, *kept, ""]).encode()
        as_of = f"{int(year) + 1}-02-01"
        (folder / f"panel__{as_of}.csv").write_bytes(raw)
        manifest = {"contract": CONTRACT, "source": "panel", "as_of": as_of, "file": f"panel__{as_of}.csv"}
        manifest |= {"sha256": hashlib.sha256(raw).hexdigest(), "rows": len(kept), "bytes": len(raw)}
        (folder / f"panel__{as_of}.manifest.json").write_text(json.dumps(manifest))
