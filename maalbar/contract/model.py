"""The contract: one YAML file under `investments/`, and the only place that knows what is measured and paid."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import Field

from maalbar.contract.measuring import Baseline, Calendar, Cohort, Delivery, Period, Quality
from maalbar.contract.parties import Approver, Fact, Party, Source, Status
from maalbar.contract.paying import Mandate, Outcome, Terms, Value
from maalbar.contract.values import Identifier, Section, Whole
from maalbar.periods import Window


class Rehearsal(Section):
    """Marks a copy of a contract with every date moved by whole years, for demonstrations and tests."""

    of: Identifier
    shifted_years: Whole


class Contract(Section):
    """One social outcomes contract. See `docs/contract-reference.md`."""

    schema_: Annotated[Literal["maalbar/1"], Field(alias="schema")]
    id: Identifier
    name: str
    summary: str
    rehearsal: Rehearsal | None = None
    sources: dict[str, Source]
    status: Status
    mandates: tuple[Mandate, ...] = ()
    facts: dict[str, Fact] = {}
    parties: dict[Identifier, Party]
    calendar: Calendar
    baseline: Baseline
    cohort: Cohort
    quality: Quality
    deliveries: dict[Identifier, Delivery]
    outcomes: dict[Identifier, Outcome]
    terms: Terms
    value: Value | None = None

    def period(self, period_id: str) -> Period:
        """The period of that id. Raises KeyError."""
        return self.calendar.period(period_id)

    def windows_until(self, period_id: str) -> tuple[Window, ...]:
        """The baseline windows and the windows of the followed periods up to that one, in order of time."""
        baseline = tuple(b.window for b in self.baseline.windows)
        return baseline + tuple(p.window for p in self.calendar.until(period_id))

    @property
    def answering(self) -> dict[str, Party]:
        """The parties whose yes is needed before anything is posted."""
        return {party_id: party for party_id, party in self.parties.items() if party.answers}

    def people_of(self, party_id: str) -> tuple[Approver, ...]:
        """Those who may answer for a party."""
        party = self.parties[party_id]
        return party.approvers + party.deputies

    @property
    def digest(self) -> str:
        """SHA-256 of everything the file says, independent of layout and comments: the hash of the terms."""
        return digest_of(self.model_dump(mode="json", by_alias=True))


def digest_of(data: Any) -> str:
    """SHA-256 over canonical JSON."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
