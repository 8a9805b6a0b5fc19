"""Lay the yearly report out: exactly two A4 pages of PDF, and one HTML page of the same."""

from __future__ import annotations

import re

from maalbar.documents.html import render_html
from maalbar.documents.language import Language
from maalbar.documents.pdf import render_pdf
from maalbar.documents.yearly.document import yearly_document
from maalbar.documents.yearly.facts import YearlyFacts

NAMES: dict[Language, str] = {"da": "aarsrapport-{}", "en": "yearly-report-{}.en"}
_IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def laid_out(facts: YearlyFacts) -> dict[str, bytes]:
    """File name → bytes, PDF before HTML. Raises ValueError when an id could not be a file name."""
    document, drawings = yearly_document(facts)
    name = report_name(facts)
    pdf = render_pdf(document, drawings, facts.statement.data_known_as_at, "yearly.typ")
    return {f"{name}.pdf": pdf, f"{name}.html": render_html(document, drawings, "yearly.html.j2")}


def report_name(facts: YearlyFacts) -> str:
    """`<contract>__aarsrapport-<period>`, in English `<contract>__yearly-report-<period>.en`."""
    contract, period = facts.statement.contract_id, facts.statement.period
    if not (_IDENTIFIER.fullmatch(contract) and _IDENTIFIER.fullmatch(period)):
        raise ValueError("a file is named by contract and period ids of small letters, digits, `-` and `_`")
    return f"{contract}__{NAMES[facts.statement.language].format(period)}"
