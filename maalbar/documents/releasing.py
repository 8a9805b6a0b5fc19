"""What those who let a release out read before answering: one headline and one table, in Danish Markdown, without figures."""

from __future__ import annotations

import html
from collections.abc import Mapping
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
        "Tallene bag, og hvorfor hvert tal er skjult, vises kun for dem, der frigiver: "
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
