"""The first sheet: what the workbook is, how it is checked, and what it was made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from maalbar.contract.model import Agreement
from maalbar.documents.language import Language
from maalbar.documents.workbook.words import called

Said = tuple[str, str]


def warnings(agreement: Agreement, beware: str, language: Language) -> list[str]:
    """What must not be overlooked, on every sheet. `beware`: of the settlement, such as that it is superseded."""
    rehearsal = [called("rehearsal", language)] if agreement.rehearsal is not None else []
    terms = [called("illustrative", language)] if agreement.status.terms != "agreed" else []
    return [*rehearsal, *([beware] if beware else []), *terms]


def read_me(
    agreement: Agreement, passport: Mapping[str, str], language: Language, standing: str, bewares: Sequence[str]
) -> list[Said]:
    """Title and text of each row. `standing`: whether it still holds; `bewares`: see `warnings`."""
    rows = [(called("workbook", language), agreement.name)]
    rows += [(called("beware", language), text) for text in bewares]
    if standing:
        rows.append((called("holds", language), standing))
    rows += [(called(f"{name}_title", language), called(f"{name}_text", language)) for name in PARTS]
    return rows + [(called(name, language), value) for name, value in passport.items()]


DRAFTS = {"open": "standing_open", "superseded": "standing_superseded_draft", "rejected": "standing_rejected"}
"""The state of a proposal that is not posted → what is said of it."""
PARTS = ("what", "how", "change", "money", "split", "digits", "persons")


def standing_told(number: int, state: str, otherwise: Mapping[str, int], entry: int, language: Language) -> str:
    """Whether a settlement still holds, in a sentence. `otherwise`: period → the newest settlement that corrects it.

    `state`: of its proposal. `entry`: the newest entry of the ledger when this was asked.
    """
    if state != "posted":
        return called(DRAFTS[state], language).format(number=number)
    asked = called("standing_asked", language).format(entry=entry)
    if not otherwise:
        return f"{called('standing_current', language).format(number=number)} {asked}"
    one = called("standing_corrected", language)
    told = ", ".join(one.format(period=period, by=by) for period, by in otherwise.items())
    return f"{called('standing_superseded', language).format(number=number, told=told)} {asked}"


def measured_as(measurement: str, language: Language) -> str:
    """Where a result is from."""
    return f"{called('measurement', language)} {measurement}"
