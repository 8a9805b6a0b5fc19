"""Lay the Outcomes pages out as HTML. Every text is escaped by the templates; only the charts, our own drawings, are not.

`root` is the address below which the pages are served, `airflow` that of Airflow itself; neither ends in a slash.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment
from markupsafe import Markup

from maalbar.documents.framed import templates
from maalbar.documents.outcomes import words
from maalbar.documents.outcomes.facts import (
    ContractBrief,
    ContractFacts,
    Head,
    Issued,
    PeriodFacts,
    RunFacts,
    StatementShown,
)

FOLDER = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Addresses:
    """Where the pages, and Airflow's own, are found. Ids are quoted, whatever they hold."""

    root: str
    airflow: str = ""

    def contracts(self) -> str:
        return f"{self.root}/"

    def contract(self, contract_id: str) -> str:
        return f"{self.root}/{_quoted(contract_id)}"

    def period(self, contract_id: str, period_id: str) -> str:
        return f"{self.contract(contract_id)}/periods/{_quoted(period_id)}"

    def intake(self, contract_id: str, period_id: str) -> str:
        return f"{self.period(contract_id, period_id)}/intake"

    def statement(self, contract_id: str, issued: Issued, language: str) -> str:
        """The page around a statement, which says whether it still holds."""
        return f"{self.contract(contract_id)}/statements/{issued.number}/{_quoted(issued.period)}/{language}"

    def file(self, contract_id: str, issued: Issued, language: str, kind: str) -> str:
        return f"{self.statement(contract_id, issued, language)}/{kind}"

    def of_airflow(self, path: str) -> str:
        return f"{self.airflow}{path}"


def contracts_page(briefs: Sequence[ContractBrief], to: Addresses) -> str:
    """Every contract that the reader may see."""
    return _laid_out("contracts.html.j2", to, briefs=briefs)


def contract_page(facts: ContractFacts, to: Addresses) -> str:
    """One contract: periods, what was found, what is posted, awaited, asked, issued, released."""
    form = words.form_of(facts.head)
    drawn = words.charts(facts.figures, facts.periods, facts.head) if facts.figures else ()
    awaited = groupby(words.still_awaited(facts.awaited), key=lambda one: one.period)
    return _laid_out(
        "contract.html.j2",
        to,
        facts=facts,
        head=facts.head,
        drawn=drawn,
        rejected_steps=words.REJECTED_STEPS,
        payments=words.payment_table(facts.payments, form),
        awaited=[(period, list(rows)) for period, rows in awaited],
    )


def period_page(facts: PeriodFacts, to: Addresses) -> str:
    """One period of a contract: figures, payments, deliveries, rows set aside, statements, approvals."""
    found = facts.figures.paid.get(facts.period.id, ()) if facts.figures else ()
    rows = words.effect_rows(found, words.form_of(facts.head))
    return _laid_out("period.html.j2", to, facts=facts, head=facts.head, rows=rows)


def statement_page(facts: StatementShown, to: Addresses) -> str:
    """A statement in a frame, under what is to be known of it today."""
    return _laid_out("statement.html.j2", to, facts=facts, head=facts.head)


def run_page(facts: RunFacts, to: Addresses) -> str:
    """What a run of Airflow is of."""
    return _laid_out("run.html.j2", to, facts=facts, head=facts.head)


def note_page(title: str, text: str) -> str:
    """A page with a remark alone: that there is nothing here, or why it cannot be shown."""
    return _environment().get_template("note.html.j2").render(title=title, text=text)


def _laid_out(template: str, to: Addresses, **told: object) -> str:
    return _environment().get_template(template).render(to=to, **told)


@cache
def _environment() -> Environment:
    environment = templates(FOLDER)
    environment.filters["drawing"] = Markup  # of `Drawn.svg` alone: numbers and fixed words, escaped by its maker
    environment.filters["money"] = _money
    environment.filters["day"] = lambda day, head: words.form_of(head).day(day)
    environment.filters["span"] = lambda one, head: words.form_of(head).span(one.start, one.end)
    environment.globals["languages"] = words.NAMES
    return environment


def _money(minor: int | None, head: Head) -> str:
    return "–" if minor is None else words.form_of(head).amount(minor)


def _quoted(identifier: str) -> str:
    return quote(identifier, safe="")
