"""Lay the statement of a period out: one PDF and one HTML from the same facts, in the language they are told in."""

from __future__ import annotations

import re

from maalbar.documents.chart import course_svg
from maalbar.documents.course import course_chart
from maalbar.documents.facts import StatementFacts
from maalbar.documents.forest import forest_svg
from maalbar.documents.html import render_html
from maalbar.documents.language import Language
from maalbar.documents.pdf import render_pdf
from maalbar.documents.sections import statement_document
from maalbar.documents.ways import forests
from maalbar.documents.wording import formats

NAMES: dict[Language, str] = {"da": "opgoerelse-{}", "en": "statement-{}.en"}
_IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def laid_out(facts: StatementFacts) -> dict[str, bytes]:
    """File name → bytes, PDF before HTML. Raises ValueError when an id could not be a file name."""
    name = statement_name(facts)
    document, drawn = statement_document(facts), drawings(facts)
    pdf, html = render_pdf(document, drawn, facts.data_known_as_at), render_html(document, drawn)
    return {f"{name}.pdf": pdf, f"{name}.html": html}


def drawings(facts: StatementFacts) -> dict[str, str]:
    """The charts of a statement: name → SVG."""
    plots = forests(facts, formats(facts))
    return {"course": course_svg(course_chart(facts))} | {name: forest_svg(plot) for name, plot in plots.items()}


def statement_name(facts: StatementFacts) -> str:
    """The file name without its ending: `<contract>__opgoerelse-<period>`, in English `<contract>__statement-<period>.en`."""
    for identifier in (facts.contract_id, facts.period):
        if not _IDENTIFIER.fullmatch(identifier):
            raise ValueError("a file is named by contract and period ids of small letters, digits, `-` and `_`")
    return f"{facts.contract_id}__{NAMES[facts.language].format(facts.period)}"
