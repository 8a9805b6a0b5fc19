"""The PDF of a document, by typst. Texts go in as data (JSON in `sys.inputs`), so none of them is read as markup.

The bytes are the same for the same document: its date is given, and only the fonts that typst carries are used.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

import typst

from maalbar.documents.drawing import FONTS
from maalbar.documents.html import TEMPLATES

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

TEXT_FONT = "Libertinus Serif"


def render_pdf(
    document: DataclassInstance, drawings: Mapping[str, str], dated: date, template: str = "statement.typ"
) -> bytes:
    """Lay the document out on A4, dated as given. `drawings`: name → SVG. Raises typst.TypstError when the template is broken."""
    inputs = {
        "document": json.dumps(asdict(document), ensure_ascii=False, sort_keys=True),
        "drawings": json.dumps({name: svg.replace(FONTS, TEXT_FONT) for name, svg in drawings.items()}, sort_keys=True),
        "dated": dated.isoformat(),
    }
    return typst.compile(
        TEMPLATES / template,
        root=TEMPLATES,
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs=inputs,
        timestamp=int(datetime.combine(dated, time(), UTC).timestamp()),
    )
