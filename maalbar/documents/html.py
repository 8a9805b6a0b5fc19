"""The HTML of a document: one self-contained file, no scripts, nothing fetched. Every text is escaped by the template."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from maalbar.documents.content import Document

TEMPLATES = Path(__file__).parent / "templates"


def render_html(document: Document, drawings: Mapping[str, str]) -> bytes:
    """Lay the document out as HTML with the charts inline. `drawings`: name → SVG, the project's own."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("statement.html.j2")
    return template.render(document=document, drawings={k: _drawing(svg) for k, svg in drawings.items()}).encode()


def _drawing(svg: str) -> dict[str, str]:
    """The inside of the chart and its box, to stand in the page's own `<svg>` with the words for it."""
    found = re.fullmatch(r"<svg [^>]*viewBox=\"(?P<box>[\d. -]+)\"[^>]*>(?P<body>.*)</svg>\s*", svg, re.DOTALL)
    if not found:
        raise ValueError("the chart is not one <svg> element with a viewBox")
    return found.groupdict()
