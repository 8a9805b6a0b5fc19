"""Files made for the tests, and how they are read back."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from maalbar.contract.delivering import Delivery
from maalbar.errors import DeliveryRefused
from transforms.formats import as_text, open_cells

CANARY = "canary-7f3a"
"""Stands where a person's cell would, and in no refusal."""


def delivery(**said: object) -> Delivery:
    """A delivery of hospital diagnoses in CSV; `said` says otherwise."""
    usual: dict[str, object] = {
        "table": "diagnoses",
        "register_name": "LPR",
        "sender": "region",
        "columns": {
            "person_id": "pnr",
            "contact_id": "recnum",
            "code": "diag",
            "kind": "pattype",
            "diagnosed_on": "inddto",
        },
        "ignored": ("uddto", "indexdate"),
        "legal_basis": "Sundhedsloven",
        "controller": "region",
        "permission": {"reference": "1-10", "expires": "2030-01-01"},
        "source": "made for a test",
    }
    return Delivery.model_validate(usual | said)


def cells_of(path: Path, agreed: Delivery) -> list[dict[str, str | None]]:
    """All rows as text."""
    return table_of(path, agreed).to_pylist()


def table_of(path: Path, agreed: Delivery) -> pa.Table:
    """All rows as text, in one table."""
    found = open_cells(path, agreed, path.name)
    schema = pa.schema([(column, pa.string()) for column in found.header])
    return pa.Table.from_batches([as_text(batch, agreed) for batch in found.batches], schema)


def refusal(path: Path, agreed: Delivery) -> str:
    """The one line with which the file is refused, wherever in it the fault is."""
    with pytest.raises(DeliveryRefused) as caught:
        for _ in open_cells(path, agreed, path.name).batches:
            pass
    assert CANARY not in caught.value.line
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return caught.value.line
