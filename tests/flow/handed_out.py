"""What is handed out, read back as a spreadsheet or a finance system reads it."""

from __future__ import annotations

import csv
import io
from typing import Any

from maalbar.contract import Contract
from maalbar.database import transaction
from maalbar.flow.invoice_basis import Basis, bases

ADMINISTERED: dict[str, Any] = {
    "parties.region.cvr": "12345674",
    "parties.region.invoicing": {"gln": "5790000000005", "order_reference": "4711", "circuit": "health"},
    "parties.fund.cvr": "20000007",
    "parties.fund.invoicing": {"vat": "outside_scope", "vat_reason": "Repayment is no consideration."},
}
"""The region can be invoiced by the fund; of the town nothing is said."""


def rows_of(raw: bytes) -> list[dict[str, str]]:
    """The rows of a CSV by the names of their columns."""
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";", strict=True))


def ore(text: str) -> int:
    """An amount with a decimal comma, in øre; nothing for an empty cell."""
    if not text:
        return 0
    assert text[-3] == ","
    return int(text.replace(",", ""))


def basis_of(contract: Contract, settlement: int | None = None) -> dict[tuple[int, str, str], Basis]:
    """(settlement, payer, recipient) → the basis of the document."""
    with transaction() as connection:
        return {(b.settlement, b.payer, b.recipient): b for b in bases(connection, contract, settlement)}
