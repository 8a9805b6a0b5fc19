"""Write the statement of a period: one PDF and one HTML from the same facts."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

from maalbar.documents.chart import course_svg
from maalbar.documents.course import course_chart
from maalbar.documents.facts import StatementFacts
from maalbar.documents.html import render_html
from maalbar.documents.pdf import render_pdf
from maalbar.documents.sections import statement_document

_IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def render_statement(facts: StatementFacts, folder: Path) -> tuple[Path, Path]:
    """Write `<contract>__opgoerelse-<period>.pdf` and `.html` into `folder` and return both paths.

    A reader never meets half a file: each is written beside its name and then moved there. Raises ValueError when an
    id could not be a file name.
    """
    name = statement_name(facts)
    document, svg = statement_document(facts), course_svg(course_chart(facts))
    pages = {".pdf": render_pdf(document, svg, facts.data_known_as_at), ".html": render_html(document, svg)}
    folder.mkdir(parents=True, exist_ok=True)
    pdf, html = (_write(folder / f"{name}{suffix}", data) for suffix, data in pages.items())
    return pdf, html


def statement_name(facts: StatementFacts) -> str:
    """The file name without its ending, made of the two ids alone."""
    for identifier in (facts.contract_id, facts.period):
        if not _IDENTIFIER.fullmatch(identifier):
            raise ValueError(
                "a file is named by contract and period ids of small letters, digits, `-` and `_`"
            )
    return f"{facts.contract_id}__opgoerelse-{facts.period}"


def _write(path: Path, data: bytes) -> Path:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path
