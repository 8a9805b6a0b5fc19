"""Issued statements: which there are, whether they still hold, and their files as they were issued."""

from __future__ import annotations

from collections import defaultdict
from typing import get_args

from sqlalchemy import select

from maalbar.contract import Contract
from maalbar.database import transaction
from maalbar.documents.language import Language
from maalbar.documents.outcomes.facts import Issued, StatementShown
from maalbar.errors import SettlementRefused, SetupError, StoreDamaged
from maalbar.flow.outcomes.books import head_of
from maalbar.flow.statement import folder_of, standing
from maalbar.schema import statement
from maalbar.store import sha256_of


def issued_of(contract_id: str, period_id: str | None = None) -> tuple[Issued, ...]:
    """The statements of a contract, or of one of its periods, the newest first."""
    rows = select(statement).where(statement.c.contract == contract_id)
    if period_id is not None:
        rows = rows.where(statement.c.period == period_id)
    kinds: dict[tuple[int, str], dict[Language, tuple[str, ...]]] = defaultdict(dict)
    with transaction() as connection:
        registered = connection.execute(rows.order_by(statement.c.number.desc(), statement.c.period.desc())).all()
    for row in registered:
        of = kinds[row.number, row.period]
        of[row.language] = (*of.get(row.language, ()), row.kind)
    found = []
    for (number, period), of in kinds.items():
        stands = standing(contract_id, number, period)
        ordered = {language: of[language] for language in get_args(Language) if language in of}
        found.append(Issued(number, period, ordered, stands.superseded_by, stands.told_in))
    return tuple(found)


def statement_shown(contract: Contract, number: int, period_id: str, language: Language) -> StatementShown:
    """A statement with its standing. Raises SettlementRefused when none was issued."""
    found = issued_of(contract.id, period_id)
    mine = next((one for one in found if one.number == number and "html" in one.kinds.get(language, ())), None)
    if mine is None:
        raise _not_issued(contract.id, number, period_id)
    return StatementShown(head_of(contract), mine, language)


def issued_file(contract: Contract, number: int, period_id: str, language: Language, kind: str) -> tuple[str, bytes]:
    """(file name, bytes) of a statement as it was issued; the name of a superseded one says so.

    Raises SettlementRefused when none was issued, SetupError when it does not lie here, StoreDamaged when it is not what was
    issued. The name of the file is that of the register: nothing that a reader sends becomes a path.
    """
    key = {"contract": contract.id, "number": number, "period": period_id, "language": language, "kind": kind}
    with transaction() as connection:
        wanted = select(statement).where(*(statement.c[name] == value for name, value in key.items()))
        row = connection.execute(wanted).first()
    if row is None:
        raise _not_issued(contract.id, number, period_id)
    again = f"write it again: maalbar statement {contract.id} {period_id}"
    try:
        data = (folder_of(contract.id, number) / row.file_name).read_bytes()
    except FileNotFoundError:
        raise SetupError("the statement does not lie here", where=row.file_name, mend=again) from None
    if sha256_of(data) != row.sha256:
        raise StoreDamaged("the statement is not the one that was issued", where=row.file_name, mend=again)
    is_current = standing(contract.id, number, period_id).is_current
    return (row.file_name if is_current else f"SUPERSEDED-{row.file_name}"), data


def _not_issued(contract_id: str, number: int, period_id: str) -> SettlementRefused:
    return SettlementRefused(
        f"no such statement of period {period_id} is issued by settlement {number}", where=contract_id
    )
