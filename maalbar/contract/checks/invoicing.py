"""Faults of what stands on an invoice: numbers that nobody has been given, a VAT status without its reason."""

from __future__ import annotations

from collections.abc import Iterator

from stdnum import ean
from stdnum.dk import cvr

from maalbar.contract.checks.fault import Fault
from maalbar.contract.model import Agreement


def numbers(agreement: Agreement) -> Iterator[Fault]:
    """A CVR number passes modulus 11, a GLN has the check digit of GS1: a slip of the pen is seen before an invoice bounces."""
    for party_id, party in agreement.parties.items():
        if party.cvr is not None and not (party.cvr.isascii() and party.cvr.isdigit() and cvr.is_valid(party.cvr)):
            yield Fault(
                ("parties", party_id, "cvr"), "is no CVR number", "write its eight digits, as the CVR register has it"
            )
        told = party.invoicing
        if told is not None and told.gln is not None and not ean.is_valid(told.gln):
            what = "its check digit is not that of its other digits"
            yield Fault(("parties", party_id, "invoicing", "gln"), what, "write the 13 digits that the party has told")


def vat(agreement: Agreement) -> Iterator[Fault]:
    """Who says what an invoice is for VAT says why."""
    for party_id, party in agreement.parties.items():
        told = party.invoicing
        if told is not None and (told.vat is None) != (told.vat_reason is None):
            key = "vat_reason" if told.vat is None else "vat"
            what = "`vat` and `vat_reason` go together"
            yield Fault(("parties", party_id, "invoicing", key), what, "give both, or neither")
