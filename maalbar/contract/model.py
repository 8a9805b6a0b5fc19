"""The contract: one YAML file under `investments/`, and the only place that knows what is measured and paid.

An `Agreement` is what is paid: parties, calendar, outcomes, terms. A `Contract` also says how it is measured here. A file
without `baseline`, `cohort`, `quality` and `deliveries` is an agreement whose results others hand in.
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import Field

from maalbar.contract.delivering import Delivery
from maalbar.contract.measuring import Baseline, BaselineWindow, Calendar, Cohort, Period, Quality
from maalbar.contract.outcomes import Outcome
from maalbar.contract.parties import Approver, Fact, Party, Source, Status
from maalbar.contract.releasing import Release
from maalbar.contract.terms import Amendment, Mandate, Signature, StressAcceptance, Terms, Value
from maalbar.contract.values import Identifier, Section, Whole
from maalbar.periods import Window

NOT_TERMS = ("status", "summary", "facts", "sources", "stress_accepted", "signatures", "release")
"""Sections that explain or record, and bind nobody: the hash of the terms does not cover them."""


class Rehearsal(Section):
    """Marks a copy of a contract with every date moved by whole years, for demonstrations and tests."""

    of: Identifier
    """The id of the contract that is rehearsed."""
    shifted_years: Whole
    """By how many years the dates are moved; negative into the past."""


class Agreement(Section):
    """Who pays whom for what: everything that settling needs to know."""

    schema_: Annotated[Literal["maalbar/1"], Field(alias="schema")]
    """The version of the language: always `maalbar/1`."""
    id: Identifier
    """The contract's name in commands, the ledger and file names. The file is called `<id>.yaml`."""
    name: str
    """What people call it."""
    summary: str
    """The contract in a few sentences; binds nobody."""
    rehearsal: Rehearsal | None = None
    """Written by `maalbar demo` into its copies, which nobody signs. Not for a contract of your own."""
    sources: dict[str, Source]
    """Key → the document, page or agreement that sections name as their `source`."""
    status: Status
    """How far the decision has come."""
    mandates: tuple[Mandate, ...] = ()
    """What the payers' bodies allow. Left out: no ceiling is checked."""
    facts: dict[str, Fact] = {}
    """Key → what is known and nothing computes with; binds nobody."""
    parties: dict[Identifier, Party]
    """Id → everyone with a part in the contract."""
    calendar: Calendar
    """When is measured and paid."""
    outcomes: dict[Identifier, Outcome]
    """Id → what the contract wants to change, and what that is worth."""
    terms: Terms
    """The rules that hold for all outcomes together."""
    value: Value | None = None
    """Calculated value that is shown beside the payments and never paid. Left out: none is shown."""
    amendments: tuple[Amendment, ...] = ()
    """Dated changes of the terms, in order. What stands above them is never edited once it is signed."""
    stress_accepted: StressAcceptance | None = None
    """Needed where `check --stress` shows more than a tenth of the maximum paid when nothing works; binds nobody by itself."""
    signatures: tuple[Signature, ...] = ()
    """Who has signed which terms. `maalbar sign` appends to it."""

    def period(self, period_id: str) -> Period:
        """The period of that id. Raises KeyError."""
        return self.calendar.period(period_id)

    @property
    def answering(self) -> dict[str, Party]:
        """The parties whose yes is needed before anything is posted, among all that the contract ever has."""
        return {party_id: party for party_id, party in self.parties.items() if party.answers}

    def answering_in(self, period_id: str) -> dict[str, Party]:
        """Those of them who are parties on the last day of a period: who has left, or not come yet, is not asked."""
        last = self.period(period_id).window.last
        return {party_id: party for party_id, party in self.answering.items() if party.is_in_on(last)}

    def acting_for(self, party_id: str, period_id: str) -> str:
        """Who stands in a party's place on the last day of a period: itself, or its successor."""
        last = self.period(period_id).window.last
        party = self.parties[party_id]
        for _ in self.parties:  # no chain is longer than there are parties
            if party.end is None or party.end > last or not party.successor:
                break
            party_id, party = party.successor, self.parties[party.successor]
        return party_id

    def people_of(self, party_id: str) -> tuple[Approver, ...]:
        """Those who may answer for a party."""
        party = self.parties[party_id]
        return party.approvers + party.deputies

    def title_of(self, line_outcome: str) -> dict[str, str]:
        """The title of what a payment line is for: an outcome, a floor, or the redemption at an early end."""
        if line_outcome in self.outcomes:
            return {str(k): v for k, v in self.outcomes[line_outcome].title.items()}
        for floor in self.terms.floors:
            if floor.id == line_outcome:
                return {str(k): v for k, v in floor.title.items()}
        return {"da": "Indfrielse ved ophør", "en": "Redemption at early end"}

    def said(self) -> dict[str, Any]:
        """Everything the file says, as plain text and numbers that can be read back by `model_validate`.

        Without what is as it would be unsaid, so that a hash stands when the language learns a new word.
        """
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    @property
    def digest(self) -> str:
        """SHA-256 of the terms, independent of layout and comments. What explains or records is not part of them."""
        return digest_of(binding(self.said()))


class Contract(Agreement):
    """An agreement that is also measured here: from deliveries, on a cohort, against a baseline."""

    baseline: Baseline
    """The time before the intervention that it is compared with."""
    cohort: Cohort
    """Who is followed."""
    quality: Quality
    """What the data must carry before a figure is shown."""
    deliveries: dict[Identifier, Delivery]
    """Id → one kind of file that is delivered for every period."""
    release: Release | None = None
    """Who may let figures out, and to whom. Left out: nothing but statements leaves. No part of the terms."""

    def windows_until(self, period_id: str) -> tuple[Window, ...]:
        """The baseline windows and the windows of the followed periods up to that one, in order of time."""
        baseline = tuple(b.window for b in self.baseline.windows)
        return baseline + tuple(p.window for p in self.calendar.until(period_id))

    @property
    def historical_windows(self) -> tuple[BaselineWindow, ...]:
        """The baseline windows that `historical_baseline` compares with: those whose earlier use lies in the baseline as well,
        since nothing promises data from before it."""
        windows, rule = self.baseline.windows, self.cohort.eligibility
        if rule is None or rule.earlier_use is None:
            return windows
        use = rule.earlier_use
        return tuple(row for row in windows if use.since(row.start) >= windows[0].start)


MEASURED = ("baseline", "cohort", "quality", "deliveries")
"""The sections that make a file a contract that is measured here."""


def model_for(data: dict[str, Any]) -> type[Agreement]:
    """What a file is: a Contract as soon as it has one of the sections about measuring."""
    return Contract if any(section in data for section in MEASURED) else Agreement


def binding(said: dict[str, Any]) -> dict[str, Any]:
    """What the parties sign: without what explains or records, plans and people, all of which change without new terms."""
    kept = {section: value for section, value in said.items() if section not in NOT_TERMS}
    if not kept.get("amendments"):
        kept.pop("amendments", None)
    administrative = ("approvers", "deputies", "invoicing")
    kept["parties"] = {
        party_id: {key: value for key, value in party.items() if key not in administrative}
        for party_id, party in said["parties"].items()
    }
    kept["outcomes"] = {
        outcome_id: {key: value for key, value in outcome.items() if key != "planning"}
        for outcome_id, outcome in said["outcomes"].items()
    }
    return kept


def digest_of(data: Any) -> str:
    """SHA-256 over canonical JSON."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
