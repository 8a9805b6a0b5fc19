"""Files: one CSV per source and data cut, and its manifest, which comes last and says that the file is whole."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv

from maalbar.contract.delivering import Delivery

DELIMITERS = {";": ";", ",": ",", "tab": "\t"}


@dataclass(frozen=True)
class Parcel:
    """A delivery ready to be written: its bytes, and what its manifest says of them."""

    source: str
    as_of: date
    raw: bytes
    manifest: dict[str, Any]

    @property
    def file_name(self) -> str:
        return f"{self.source}__{self.as_of.isoformat()}.csv"


def pack(rows: pa.Table, delivery: Delivery, contract_id: str, source: str, as_of: date) -> Parcel:
    """Write rows in the delivery's delimiter and encoding, and describe the result."""
    raw = to_csv(rows, delivery)
    manifest = {
        "contract": contract_id,
        "source": source,
        "as_of": as_of.isoformat(),
        "file": f"{source}__{as_of.isoformat()}.csv",
        "sha256": hashlib.sha256(raw).hexdigest(),
        "rows": rows.num_rows,
        "bytes": len(raw),
    }
    return Parcel(source, as_of, raw, manifest)


def to_csv(rows: pa.Table, delivery: Delivery) -> bytes:
    """Plain text without quotes, since no cell holds a delimiter."""
    buffer = io.BytesIO()
    options = pyarrow.csv.WriteOptions(
        delimiter=DELIMITERS[delivery.delimiter], quoting_style="none", quoting_header="none"
    )
    pyarrow.csv.write_csv(rows, buffer, options)
    raw = buffer.getvalue()
    return raw if delivery.encoding == "utf-8" else raw.decode("utf-8").encode(delivery.encoding)


def deliver(parcel: Parcel, out: Path) -> Path:
    """Put the file and then its manifest under `out/<source>/`; return the path of the file."""
    folder = out / parcel.source
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / parcel.file_name
    _put(path, parcel.raw)
    text = json.dumps(parcel.manifest, indent=2, sort_keys=True) + "\n"
    _put(path.with_suffix(".manifest.json"), text.encode())
    return path


def _put(path: Path, raw: bytes) -> None:
    """Write beside, then rename: a reader sees the whole file or none."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(raw)
    partial.replace(path)
