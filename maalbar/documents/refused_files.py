"""Why a file was refused and how it is mended, in Danish, as its sender reads it. The English is that of the errors.

A refusal is told in clauses (`; `) and its remedy in steps (`, `), so each is put into words by itself. `{}` is what the message
fills in: a count, a row number, a name of a column that the contract knows, never a value. What has no words here is told as it
stands; a test finds every message of the code that has none.
"""

from __future__ import annotations

import re
from functools import cache

from maalbar.documents.refused_words import INSIDE, MEND, WHAT

_PHRASES = (
    (r"\b1 celler\b", "1 celle"),
    (r"\(written in other case: ([^)]*)\)", r"(skrevet med andre store og små bogstaver: \1)"),
    (r"\(is it ([^)]*)\?\)", r"(er det \1?)"),
    (r"the name of column no\. (\d+)", r"navnet på kolonne nr. \1"),
    (r"column no\. (\d+)", r"kolonne nr. \1"),
)
_LISTS = {"leave out ": "udelad ", "write them as the contract does: ": "skriv dem som i aftalen: "}
"""Steps that end in a list, whose parts are no steps."""
_REMOVE = "; and remove it from the landing folder, which we may not"
_RENAMED = "; or, if the names have changed and not the meaning, say "
_ANOTHER_FORM = "; or, if all files will be so, say "
_WRITTEN = re.compile("[dmyhs]{1,4}[-/. T:dmyhs]*|yyyymmdd|ddmmyyyy|ddmonyyyy")
"""How a date is written, as `transforms.forms` tells it: `dd-mm-yyyy hh:mm`."""
_LAYOUTS = re.compile(r" \(of \d+ layouts, no\. \d+ is the nearest\)$")
_MANIFEST_KEY = re.compile(r"(?P<key>[a-z0-9_.]+|the manifest): (?P<fault>[a-z0-9 ]+)")


def what_in_danish(what: str) -> str:
    """A refusal in words that follow the name of the file. What has no words stays as it is."""
    whole = _in_words(what, WHAT)
    if whole is not None:
        return whole
    clauses = [
        _in_words(clause, WHAT) or _of_manifest(clause) or clause for clause in _LAYOUTS.sub("", what).split("; ")
    ]
    return "; ".join(clauses)


def mend_in_danish(mend: str) -> str:
    """A remedy in Danish. What is ours to do (the line of the contract that would take a renamed column) is left out."""
    steps, another, _ = mend.removesuffix(_REMOVE).partition(_ANOTHER_FORM)
    steps, renamed, _ = steps.partition(_RENAMED)
    whole = _in_words(steps, MEND)
    told = whole or ", ".join(_in_words(step, MEND) or _list_in_danish(step) for step in _steps(steps))
    told += "; skriv til os, hvis kolonnerne kun har fået nye navne" if renamed else ""
    return told + ("; skriv til os, hvis alle jeres filer er sådan" if another else "")


def _steps(mend: str) -> list[str]:
    """The steps of a remedy; what is listed after `leave out` and the like belongs to it."""
    steps: list[str] = []
    for part in mend.split(", "):
        if steps and steps[-1].startswith(tuple(_LISTS)) and _in_words(part, MEND) is None:
            steps[-1] += f", {part}"
        else:
            steps.append(part)
    return steps


def _list_in_danish(step: str) -> str:
    """A step that ends in a list; any other as it stands."""
    for english, danish in _LISTS.items():
        if step.startswith(english):
            return danish + step.removeprefix(english)
    return step


def _of_manifest(clause: str) -> str | None:
    """`rows: missing`: what a manifest says of itself."""
    found = _MANIFEST_KEY.fullmatch(clause)
    if not found:
        return None
    said = "mangler" if found["fault"] == "missing" else f"er ikke som aftalt ({found['fault']})"
    return f"«{INSIDE.get(found['key'], found['key'])}» {said}"


def _in_words(text: str, words: dict[str, str]) -> str | None:
    for pattern, danish in _patterns(words is WHAT):
        if found := pattern.fullmatch(text):
            told = danish
            for part in found.groups():
                told = told.replace("{}", _inside(part).replace("{}", ""), 1)
            for phrase, in_danish in _PHRASES:
                told = re.sub(phrase, in_danish, told)
            return told
    return None


def _inside(part: str) -> str:
    """What fills a place, in Danish: a form of dates by the letters that stand for its parts, `and 3 more` as `og 3 flere`."""
    if _WRITTEN.fullmatch(part):
        return part.replace("hh", "tt").upper().replace("Y", "Å")
    return re.sub(r" and (\d+) more\b", r" og \1 flere", INSIDE.get(part, part))


@cache
def _patterns(is_what: bool) -> tuple[tuple[re.Pattern[str], str], ...]:
    """The messages as patterns, those that say most first, so that the freest comes last."""
    words, place = (WHAT, "((?:(?!; ).)+?)") if is_what else (MEND, "((?:(?!, ).)+?)")
    ordered = sorted(words, key=lambda text: -len(text.replace("{}", "")))
    return tuple((re.compile(re.escape(text).replace(r"\{\}", place)), words[text]) for text in ordered)
