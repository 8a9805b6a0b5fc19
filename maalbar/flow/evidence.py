"""What stands behind a statement, read from the database once: proposal, results of each period, ledger, answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from maalbar import corrections, ledger, proposals, results
from maalbar.contract import Contract
from maalbar.documents.formats import Formats
from maalbar.documents.language import LOCALES, SOURCE, Language
from maalbar.flow.closed import given_up_of
from maalbar.flow.entitle import settlement_of
from maalbar.flow.inputs import bundle_of, inputs_of
from maalbar.flow.rejected import Rejected, rejected_of
from maalbar.schema import measured, measurement
from transforms.settlement import Key, Step

Row = dict[str, Any]


@dataclass(frozen=True)
class Evidence:
    """Everything the facts of a proposal's statements are made from. Keys are period ids."""

    contract: Contract
    proposal: Row
    lines: list[Row]
    measurements: dict[str, Row]
    """With `bundle`: the one that it came in, or None where it was measured here."""
    effects: dict[str, list[Row]]
    values: dict[str, list[Row]]
    diagnostics: dict[str, list[Row]]
    steps: tuple[Step, ...]
    entries: list[Row]
    """Ledger entries up to and including this settlement."""
    answers: list[Row]
    deliveries: list[Row]
    throughs: dict[int, str]
    """Settlement → the period it goes through, of this one and those posted before it."""
    language: Language = SOURCE
    """The reader's: which titles and units of the contract and the definitions its facts hold."""
    before: Evidence | None = None
    """That of the settlement posted before this one, where a statement tells what this one corrects."""
    rejected: tuple[Rejected, ...] = ()
    """The proposals that parties said no to since the settlement before this one, with the way on that was taken."""
    given_up: dict[Key, int] = field(default_factory=dict)
    """What of each line was given up before this settlement, in minor units, as its figures stand."""
    restated: dict[str, Row] = field(default_factory=dict)
    """Measurement → its newest restatement; of a settlement that is posted, the newest that its approvers could see."""

    @property
    def form(self) -> Formats:
        """The words and formats of the reader's language, in the contract's currency."""
        return Formats(LOCALES[self.language], self.contract.terms.currency)

    def effect(self, period: str, outcome: str, basis: str) -> Row | None:
        """The estimate of an outcome in a period, on one basis."""
        return next((r for r in self.effects[period] if (r["outcome"], r["basis"]) == (outcome, basis)), None)

    def of_cohort(self, period: str, name: str) -> Row | None:
        """What was found of the whole cohort under a name; of several bases that of all periods so far."""
        rows = [row for row in self.diagnostics[period] if (row["outcome"], row["name"]) == ("", name)]
        return min(rows, key=lambda row: ("cumulative", "", "period").index(row["basis"]), default=None)


def gather(connection: Connection, contract: Contract, number: int) -> Evidence:
    """Read the evidence of a proposal. Raises SettlementRefused when there is no such proposal."""
    row = proposals.get(connection, contract.id, number)
    measurements = {}
    for period, measurement_id in row["measurements"].items():
        wanted = (
            select(measurement, measured.c.cohort, measured.c.result_digest)
            .join(measured, measured.c.measurement_id == measurement.c.measurement_id)
            .where(measurement.c.measurement_id == measurement_id)
        )
        measurements[period] = dict(connection.execute(wanted).mappings().one())
        measurements[period]["bundle"] = bundle_of(connection, measurement_id)
    inputs = {
        d["delivery_id"]: d for m in measurements.values() for d in inputs_of(connection, m) if "delivery_id" in d
    }
    answers = proposals.answers(connection, contract.id, number)
    # A statement that is issued says the same whenever it is written again, whatever has been restated since.
    is_posted = row["state"] == proposals.POSTED
    seen_by = max((answer["answered_at"] for answer in answers), default=None) if is_posted else None
    settlement = settlement_of(connection, contract, row["measurements"], number)
    return Evidence(
        contract=contract,
        proposal=row,
        lines=proposals.lines(connection, contract.id, number),
        measurements=measurements,
        effects={p: results.effects_of(connection, m["measurement_id"]) for p, m in measurements.items()},
        values={p: results.values_of(connection, m["measurement_id"]) for p, m in measurements.items()},
        diagnostics={p: results.diagnostics_of(connection, m["measurement_id"]) for p, m in measurements.items()},
        steps=settlement.steps,
        entries=[e for e in ledger.entries(connection, contract.id) if e["settlement"] <= number],
        answers=answers,
        deliveries=[inputs[delivery_id] for delivery_id in sorted(inputs)],
        throughs={
            other["number"]: other["through"]
            for other in proposals.all_of(connection, contract.id)
            if other["number"] == number or (other["number"] < number and other["state"] == proposals.POSTED)
        },
        rejected=_rejected(connection, contract.id, row),
        given_up=given_up_of(connection, contract, settlement.lines, number),
        restated=corrections.restated(connection, [m["measurement_id"] for m in measurements.values()], seen_by),
    )


def _rejected(connection: Connection, contract_id: str, row: Row) -> tuple[Rejected, ...]:
    posted = [
        other["number"] for other in proposals.all_of(connection, contract_id) if other["state"] == proposals.POSTED
    ]
    since = max((number for number in posted if number < row["number"]), default=0)
    return tuple(one for one in rejected_of(connection, contract_id) if since < one.number < row["number"])
