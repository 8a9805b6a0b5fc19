"""The HTML of a document: one self-contained file, no scripts, nothing fetched. Every text is escaped by the template.

It is to be read by anyone (WCAG 2.2, AA): with a keyboard, aloud, enlarged, on a narrow screen, in print.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

TEMPLATES = Path(__file__).parent / "templates"


class Told(Protocol):
    """Any document: `danish` are the texts in it that are Danish where it is not."""

    @property
    def danish(self) -> tuple[str, ...]: ...


def render_html(document: Told, drawings: Mapping[str, str], template: str = "statement.html.j2") -> bytes:
    """Lay the document out as HTML with the charts inline. `drawings`: name → SVG, the project's own."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["spoken"] = _spoken(document.danish)
    page = environment.get_template(template)
    return page.render(document=document, drawings={k: _drawing(svg) for k, svg in drawings.items()}).encode()


def _spoken(danish: tuple[str, ...]) -> Callable[[str], Markup]:
    """A filter that marks what is Danish within a text of another language, so that it is read aloud as Danish."""
    pattern = re.compile("|".join(re.escape(text) for text in sorted(danish, key=len, reverse=True)) or r"(?!)")

    def marked(text: str) -> Markup:
        parts, end = [], 0
        for found in pattern.finditer(text):
            parts += [escape(text[end : found.start()]), Markup('<span lang="da">{}</span>').format(found[0])]
            end = found.end()
        return Markup("").join([*parts, escape(text[end:])])

    return marked


def _drawing(svg: str) -> dict[str, str]:
    """The inside of the chart and its box, to stand in the page's own `<svg>` with the words for it."""
    found = re.fullmatch(r"<svg [^>]*viewBox=\"(?P<box>[\d. -]+)\"[^>]*>(?P<body>.*)</svg>\s*", svg, re.DOTALL)
    if not found:
        raise ValueError("the chart is not one <svg> element with a viewBox")
    return found.groupdict()
