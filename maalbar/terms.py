"""The terms a proposal was made under, kept whole: a contract file that changes later changes nothing that was settled."""

from __future__ import annotations

from pydantic import ValidationError
from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from maalbar.contract import Contract
from maalbar.contract.terms import Signature
from maalbar.errors import ContractError, StoreDamaged
from maalbar.schema import signature_seen, terms


def keep(connection: Connection, contract: Contract) -> None:
    """Keep a contract under its digest, once."""
    row = {"digest": contract.digest, "contract": contract.id, "body": contract.said()}
    connection.execute(insert(terms).values(row).on_conflict_do_nothing())


def settled_under(connection: Connection, digest: str, today: Contract) -> Contract:
    """The contract as it stood under a digest; `today` is its file as it stands.

    What was proposed before terms were kept is found in the file, as long as that says the same. Raises StoreDamaged when
    the terms do not give the digest or are not there, ContractError when this version of the language cannot read them.
    """
    where = f"terms {digest[:16]} of {today.id}"
    body = connection.execute(select(terms.c.body).where(terms.c.digest == digest)).scalar_one_or_none()
    if body is None:
        if today.digest == digest:
            return today
        raise StoreDamaged("are not kept, and the file says something else", where=where, mend="restore the database")
    try:
        kept = Contract.model_validate(body)
    except ValidationError as error:
        raise ContractError(
            f"cannot be read by this version ({error.error_count()} faults)",
            where=where,
            mend="use the code version that its measurements name",
        ) from None
    if kept.digest != digest:
        raise StoreDamaged(
            "do not give the hash they are kept under", where=where, mend="restore the database and find who changed it"
        )
    return kept


def keep_signatures(connection: Connection, contract: Contract) -> None:
    """Keep the signatures that a file has, each once, in the order of the file."""
    for row in contract.signatures:
        kept = {"contract": contract.id, **row.model_dump()}
        connection.execute(insert(signature_seen).values(kept).on_conflict_do_nothing())


def signatures_of(connection: Connection, contract: Contract) -> tuple[Signature, ...]:
    """All signatures that were ever seen, in order, and then those of the file that are new."""
    columns = (signature_seen.c[name] for name in ("party", "name", "authority", "dated", "terms"))
    wanted = select(*columns).where(signature_seen.c.contract == contract.id).order_by(signature_seen.c.sequence)
    seen = [Signature(**row) for row in connection.execute(wanted).mappings()]
    known = {(row.party, row.terms, row.dated) for row in seen}
    return (*seen, *(row for row in contract.signatures if (row.party, row.terms, row.dated) not in known))
