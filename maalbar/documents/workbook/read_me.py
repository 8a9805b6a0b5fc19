"""The first sheet: what the workbook is, how it is checked, and what it was made from."""

from __future__ import annotations

from collections.abc import Mapping

from maalbar.contract.model import Agreement
from maalbar.documents.language import Language
from maalbar.documents.workbook.words import say

Said = tuple[str, str]


def read_me(agreement: Agreement, passport: Mapping[str, str], language: Language) -> list[Said]:
    """Title and text of each row."""
    rows = [(say("workbook", language), agreement.name)]
    if agreement.status.terms != "agreed":
        rows.append((say("beware", language), say("illustrative", language)))
    if agreement.rehearsal is not None:
        rows.append((say("beware", language), say("rehearsal", language)))
    rows += [(say(f"{name}_title", language), say(f"{name}_text", language)) for name in PARTS]
    return rows + [(say(name, language), value) for name, value in passport.items()]


PARTS = ("what", "how", "change", "money", "split", "digits", "persons")
