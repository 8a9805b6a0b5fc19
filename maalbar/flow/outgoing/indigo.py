"""The contract in the INDIGO data standard, as it may leave: the persons engaged, and units, are held against what was told."""

from __future__ import annotations

from collections.abc import Iterator

from maalbar.contract import Contract
from maalbar.database import transaction
from maalbar.errors import ReleaseRefused
from maalbar.flow.evidence import Evidence
from maalbar.flow.evidence import gather as evidence_of
from maalbar.flow.indigo import Status, indigo
from maalbar.flow.indigo_results import engaged_key
from maalbar.flow.outgoing.material import Asked, Figures, Material, made_by
from maalbar.flow.posted import posted
from maalbar.flow.withheld import told
from maalbar.suppressed import Suppressed
from transforms.disclosure import Key, Quantity, adds_up, draft, key
from transforms.disclosure.drafts import Piece
from transforms.extract.units import units

FILE = "indigo.json"


def gather(asked: Asked) -> Material:
    """Raises ReleaseRefused where a period is asked for that is not the newest: the standard tells of a contract as it stands."""
    contract = asked.contract
    with transaction() as connection:
        books = posted(connection, contract)
        evidence = evidence_of(connection, books[-1].under, books[-1].number)
    through = books[-1].through
    if asked.period not in (None, through):
        mend = f"leave the period out: it goes through {through}"
        raise ReleaseRefused("INDIGO tells of a contract as it stands", where=contract.id, mend=mend)
    status: Status = "PUBLIC" if asked.recipient.publishes else "PRIVATE"

    def write(figures: Figures) -> dict[str, bytes]:
        def may_tell(k: Key) -> bool:
            return k in figures and not isinstance(figures[k], Suppressed)

        return {FILE: indigo(contract.id, status, may_tell)}

    return Material(
        draft(*_engaged(evidence, through), *_units(evidence)),
        tuple(p.id for p in contract.calendar.until(through)),
        made_by(books[-1].under, books[-1].number)
        | {"measurements": {p: row["measurement_id"] for p, row in evidence.measurements.items()}},
        write,
    )


def _engaged(evidence: Evidence, through: str) -> Iterator[Piece]:
    """Those of the target group who have entered, and in which wave: two releases a year apart would tell the wave between."""
    cohort = evidence.measurements[through]["cohort"]
    members = told(cohort.get("members", {}).get("treated"))
    if not members:
        return
    yield Quantity(engaged_key(through), members)
    waves = {
        key("entered", {"arm": "treated", "wave": row["wave"]}): told(row["persons"])
        for row in cohort.get("attrition", ())
        if (row["arm"], row["step"]) == ("treated", "entered")
    }
    known = {k: count for k, count in waves.items() if count is not None}
    if len(known) == len(waves) and sum(known.values()) == members:
        yield from (Quantity(k, count, is_shown=False) for k, count in known.items())
        yield adds_up(engaged_key(through), list(known))


def _units(evidence: Evidence) -> Iterator[Piece]:
    contract: Contract = evidence.contract
    for outcome in contract.outcomes:
        rows = {p: evidence.effect(p, outcome, "period") for p in evidence.measurements}
        counts = {p: told(row["units"]) for p, row in rows.items() if row is not None}
        yield from units(outcome, {p: int(n) for p, n in counts.items() if n is not None}, in_all=False)
