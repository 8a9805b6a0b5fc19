"""Pages that stand in a frame of Airflow: they follow its light and dark, and lead back to its own pages.

A frame may not navigate the page around it, and no page of ours fetches anything: one small script, which stands in the page and
is allowed by its hash alone, reads the theme of the page around and hands it the links that are its own.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from maalbar.documents.html import TEMPLATES

SCRIPT = (TEMPLATES / "framed.js").read_text(encoding="utf-8").strip()
_HASH = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{_HASH}'; frame-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'"
    ),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
"""What a page is served with: it runs its own script and none that found its way into it, and is kept by no cache."""


def templates(*folders: Path) -> Environment:
    """Templates of pages that hold `SCRIPT` as `script`; every other text is escaped."""
    environment = Environment(
        loader=FileSystemLoader([*folders, TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["script"] = Markup(SCRIPT)  # noqa: S704 - our own file
    return environment
