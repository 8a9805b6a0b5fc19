"""The yearly report as it may leave: the counts behind it are held against every release that its readers know."""

from __future__ import annotations

from maalbar.documents.yearly.layout import laid_out
from maalbar.flow.outgoing.material import Asked, Figures, Material, approved, last_posted, made_by
from maalbar.flow.statement import evidence_of
from maalbar.flow.statement_facts import of_period
from maalbar.flow.yearly import in_languages
from maalbar.flow.yearly_counts import counts_draft


def gather(asked: Asked) -> Material:
    """The draft of a report, and its pages in every language. Raises ReleaseRefused where the period is not approved."""
    contract, period = asked.contract, asked.period or last_posted(asked.contract)
    number = approved(contract.id, period)
    evidence, periods = evidence_of(contract.id, number)
    told = of_period(evidence, period, periods)

    def write(figures: Figures) -> dict[str, bytes]:
        reports = in_languages(told, period, figures, asked.profile.ref)
        return {name: data for report in reports for name, data in laid_out(report).items()}

    frozen = told.measurements[period]
    passport = made_by(told.contract, number) | {
        "measurements": {period: frozen["measurement_id"]},
        "results": frozen["result_digest"],
    }
    return Material(counts_draft(told, period), tuple(p.id for p in contract.calendar.until(period)), passport, write)
