"""What those who let a release out read before answering: one headline and one table, in Danish Markdown, without figures."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

KIND = {"extract": "forskningsudtræk", "indigo": "INDIGO-data", "yearly": "årsrapport"}


@dataclass(frozen=True)
class ReleaseAsked:
    """A release that waits for answers. `files`: name → hash. `hidden`: how many figures are withheld in it."""

    contract: str
    contract_id: str
    number: int
    kind: str
    recipient: str
    profile: str
    profile_ref: str
    publishes: bool
    periods: tuple[str, ...]
    files: Mapping[str, str]
    hidden: int
    earlier: tuple[int, ...]
    prepared_by: str
    digest: str
    is_rehearsal: bool


def release_text(asked: ReleaseAsked) -> tuple[str, str]:
    """(subject, body): what is to leave, to whom, under which rules, and what a yes is a yes to."""
    kind = KIND.get(asked.kind, asked.kind)
    subject = f"{asked.contract}: {kind} til {asked.recipient}, udgivelse {asked.number}"
    rows = [f"| {_text(name)} | `{sha256[:16]}` |" for name, sha256 in asked.files.items()]
    held = ", ".join(str(number) for number in asked.earlier) or "ingen; der er ikke udgivet noget, som læserne kender"
    spread = "Det bliver offentligt, og alle parter skal sige ja." if asked.publishes else "Det bliver ikke offentligt."
    body = [
        *(["**ØVELSE med simulerede tal.**", ""] if asked.is_rehearsal else []),
        f"{kind.capitalize()} til **{_text(asked.recipient)}** om periode {_text(', '.join(asked.periods))}. {spread}",
        "",
        f"Regler: {_text(asked.profile)} (`{asked.profile_ref}`). {asked.hidden} tal er fortrolige og vises ikke. "
        f"Holdt op mod tidligere udgivelser: {held}.",
        "",
        "| Fil | Fingeraftryk |",
        "|---|---|",
        *rows,
        "",
        "Tallene bag, og hvorfor hvert tal er skjult, vises kun for dem, der frigiver, under fanen *Counts behind* eller med "
        f"`maalbar releases {asked.contract_id} {asked.number} --underlying FIL`. Det skrives ned, at du ser dem.",
        "",
        f"Forberedt af {_text(asked.prepared_by)}, som ikke selv kan frigive. To forskellige personer frigiver.",
        "",
        f"Du svarer på udgivelse {asked.number} med fingeraftrykket `{asked.digest[:16]}`. Sendes den tilbage, så skriv hvorfor.",
    ]
    return subject, "\n".join(body)


def _text(said: str) -> str:
    """Words that others have given, as text of a Markdown cell."""
    text = html.escape(" ".join(said.split()), quote=False)
    for sign in "|`[]*":
        text = text.replace(sign, f"&#{ord(sign)};")
    return text


def counts_page(contract_id: str, number: int, beneath: bytes) -> str:
    """The counts behind a release, given as CSV, as one page without scripts. Every cell is text."""
    head, *rows = csv.reader(io.StringIO(beneath.decode("utf-8-sig"), newline=""), delimiter=";")
    title = f"{html.escape(contract_id)}: tallene bag udgivelse {number}"
    lines = [
        '<!DOCTYPE html><html lang="da"><meta charset="utf-8">',
        f"<title>{title}</title><style>{_STYLE}</style><h1>{title}</h1>",
        "<p>Kun for dem, der frigiver. Det er skrevet ned, at du har set dem.</p>",
        f"<table><thead><tr>{_row('th', head)}</tr></thead><tbody>",
        *(f"<tr>{_row('td', row)}</tr>" for row in rows),
        "</tbody></table></html>",
    ]
    return "\n".join(lines)


_STYLE = (
    "body{font:1rem system-ui;margin:2rem;color-scheme:light dark}table{border-collapse:collapse}"
    "th,td{text-align:left;padding:.2rem .8rem;border-bottom:1px solid}"
)


def _row(tag: str, cells: Sequence[str]) -> str:
    return "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells)
