"""A contract rehearsed in this process, without Airflow: delivered, measured, approved, posted, paid, and told of.

Everything lies in a home of its own that is gone afterwards; what people read is left. Days are those of the moved calendar
and not of the clock, and persons, chance and keys are given, so that the same code writes the same files whenever it is run.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from maalbar import database, persons
from maalbar.contract import Contract, load_all
from maalbar.contract.measuring import Period
from maalbar.database import contract_lock
from maalbar.documents.kept_facts import as_json
from maalbar.documents.language import LANGUAGES, Language
from maalbar.documents.portfolio.layout import portfolio_html, portfolio_pdf
from maalbar.documents.statement import laid_out, statement_name
from maalbar.documents.yearly import layout as yearly_layout
from maalbar.flow import intake, invoices, measure, settle
from maalbar.flow.portfolio import portfolio_facts
from maalbar.flow.statement import evidence_of, facts_of
from maalbar.flow.yearly import report_facts
from maalbar.local import postgres
from maalbar.local.demo import PEOPLE, SEED, deliver, rehearse
from maalbar.periods import at_midnight
from maalbar.settings import REHEARSAL
from maalbar.store import write_atomically

NOBODYS_KEY = "1:" + "bm9ib2R5J3Mga2V5IGZvciBwZXJzb25zIG1hZGUgdXA="
"""A person key for made-up persons. It protects nobody."""
PORTFOLIO: dict[Language, str] = {"da": "kontrakter", "en": "contracts.en"}
FACTS = "facts"
"""The folder of what some of the documents were made from."""
Tell = Callable[[str], None]


def rehearsal(
    contract_id: str, folder: Path, *, years: int | None, people: int | None = None, seed: int | None = None,
    tell: Tell = lambda text: None,
) -> list[Path]:  # fmt: skip
    """Rehearse a whole contract and write what people read of it into a folder; return the files.

    `statements/`: a statement of each period; the yearly report of the last period; the portfolio on the day that the
    last period is approved; all in every language, as PDF and HTML; `facts/`: what the first statement, the report and the
    portfolio were made from, as JSON, so that they can be laid out again without rehearsing.
    `years`: how far the calendar is moved (negative: into the past); None moves it until its last period may run today. Raises
    MaalbarError.
    """
    with tempfile.TemporaryDirectory(prefix="maalbar-rehearsal-") as temporary:
        beside = Path(temporary).resolve()
        home = beside / "home"
        home.mkdir(mode=0o700)
        contract = rehearse(contract_id, home / REHEARSAL, date.today(), years)
        with _home(home), _results(beside):
            deliver(contract, home, tell, PEOPLE if people is None else people, SEED if seed is None else seed)
            settlements = {}
            for period in contract.calendar.periods:
                number = _settled(contract, period)
                tell(f"period {period.id}: {'measured' if number is None else 'measured, approved, posted'}")
                if number is not None:
                    settlements[period.id] = number
            _pay(contract, contract.calendar.followed[:-2])
            return _written(contract, settlements, folder)


def _settled(contract: Contract, period: Period) -> int | None:
    """Take in, measure, propose, approve and post a period; the settlement's number, None where nothing is proposed."""
    intake.take_in(contract.id, period.id)
    measure.measure(contract.id, period.id)
    proposed = settle.propose(contract.id, period.id)
    if proposed is None:
        return None
    answered_at = at_midnight(period.run_after, contract.calendar.timezone).isoformat()
    answers = [
        {"party": party, "user": told.approvers[0].user, "answer": "approve", "answered_at": answered_at, "comment": ""}
        for party, told in contract.answering_in(period.id).items()
    ]
    settle.record_answers(contract.id, proposed["number"], answers)
    settle.post(contract.id, proposed["number"])
    return int(proposed["number"])


def _pay(contract: Contract, periods: Sequence[Period]) -> None:
    """All that these periods' settlements make due is sent and paid on its last day; what comes later is not sent yet."""
    last = periods[-1].pay_by if periods else date.min
    with contract_lock(contract.id) as connection:
        for standing in invoices.standings(connection, contract, last):
            debt = standing.debt
            if debt.pay_by > last:
                continue
            for state in ("sent", "paid"):
                told = invoices.Told(state, debt.pay_by, "DEMO")
                invoices.record(connection, contract, debt.settlement, debt.payer, debt.recipient, told)


def _written(contract: Contract, settlements: Mapping[str, int], folder: Path) -> list[Path]:
    found: dict[Path, bytes] = {}
    first, newest = next(iter(settlements)), list(settlements)[-1]
    for period, number in settlements.items():
        evidence, periods = evidence_of(contract.id, number)
        for language in LANGUAGES:
            facts = facts_of(evidence, period, periods, language)
            found |= {folder / "statements" / name: data for name, data in laid_out(facts).items()}
            if period == first:
                found[folder / FACTS / f"{statement_name(facts)}.json"] = as_json(facts)
    for report in report_facts(contract.id, newest)[1]:
        found |= {folder / name: data for name, data in yearly_layout.laid_out(report).items()}
        found[folder / FACTS / f"{yearly_layout.report_name(report)}.json"] = as_json(report)
    for language in LANGUAGES:
        page = portfolio_facts(load_all().values(), contract.period(newest).run_after, language)
        name = PORTFOLIO[language]
        found |= {folder / f"{name}.html": portfolio_html(page), folder / f"{name}.pdf": portfolio_pdf(page)}
        found[folder / FACTS / f"{name}.json"] = as_json(page)
    for path, data in found.items():
        write_atomically(path, data, mode=0o644)
    return list(found)


@contextmanager
def _home(folder: Path) -> Iterator[None]:
    """The environment of a home of its own, with the project's contracts and nothing of what is set outside."""
    before = {name: value for name, value in os.environ.items() if name.startswith("MAALBAR_")}
    try:
        for name in before:
            del os.environ[name]
        os.environ |= {"MAALBAR_HOME": str(folder), persons.VARIABLE: NOBODYS_KEY}
        yield
    finally:
        for name in [name for name in os.environ if name.startswith("MAALBAR_")]:
            del os.environ[name]
        os.environ |= before


@contextmanager
def _results(beside: Path) -> Iterator[None]:
    """The results database, at its newest version.

    It lies beside the home and not in it: for root, another user runs the server, and must be let through to its folder.
    """
    with postgres.running(beside / "postgres") as server:
        os.environ["MAALBAR_DATABASE_URL"] = server.url("maalbar")
        try:
            database.migrate()
            yield
        finally:
            database.close()
