"""A refusal in Danish: every message that the code can refuse a file with has words, for what is wrong and for the remedy."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from maalbar.documents.refused_files import mend_in_danish, what_in_danish
from maalbar.errors import DeliveryRefused
from maalbar.settings import PROJECT
from transforms.drift import code_drift, layout_of
from transforms.forms import COMMA, DAY_NUMBERS, NUMBERS, POINT, WHOLE

READ = (
    "maalbar/flow/checking.py",
    "maalbar/flow/intake.py",
    "maalbar/flow/before_sending.py",
    "maalbar/flow/refusing.py",
    "maalbar/manifest.py",
    "maalbar/staging.py",
    "maalbar/unpacking.py",
    "maalbar/landing",
    "transforms",
)
KINDS = ("DeliveryRefused", "IdentityFound")
FILLED = "7"


def _sources() -> list[Path]:
    """Where a file may be refused. `landing/held.py` refuses what a person types, which no sender reads."""
    found = [f for p in READ for f in ([PROJECT / p] if p.endswith(".py") else sorted((PROJECT / p).rglob("*.py")))]
    return [path for path in found if path.name != "held.py"]


def _texts(node: ast.expr | None, names: dict[str, list[ast.expr]], depth: int = 0) -> Iterator[str]:
    """What an expression can be as text, with places filled in."""
    match node:
        case ast.Constant(value=str() as text):
            yield text
        case ast.JoinedStr(values=parts):
            filled = ""
            for part in parts:
                choices = [] if isinstance(part, ast.Constant) else list(_texts(part.value, names, depth + 1))
                filled += str(part.value) if isinstance(part, ast.Constant) else (choices[0] if choices else FILLED)
            yield filled
        case ast.IfExp(body=body, orelse=other):
            yield from _texts(body, names, depth)
            yield from _texts(other, names, depth)
        case ast.Name(id=name) if depth < 3:
            for value in names.get(name, []):
                yield from _texts(value, names, depth + 1)


def _assigned(tree: ast.AST) -> dict[str, list[ast.expr]]:
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                pairs = zip(target.elts, node.value.elts, strict=False) if (
                    isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
                ) else [(target, node.value)]  # fmt: skip
                for name, value in pairs:
                    if isinstance(name, ast.Name):
                        found.setdefault(name.id, []).append(value)
    return found


def _messages(part: str) -> list[str]:
    """Every text that a DeliveryRefused of the code is made with: `what`, or `mend`."""
    found = set()
    for path in _sources():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = _assigned(tree)
        for scope in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
            local = names | _assigned(scope)
            for node in ast.walk(scope):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS:
                    given = {word.arg: word.value for word in node.keywords}
                    found |= set(_texts(node.args[0] if part == "what" and node.args else given.get(part), local))
    # A plural is a word in the message: `column{'s' * …}`.
    return sorted({text.replace(f"column{FILLED}", "columns") for text in found if text.strip(FILLED + " ,;.")})


def _english(text: str) -> bool:
    """Whether words of the English messages are left."""
    words = set(text.replace(",", " ").replace(";", " ").split())
    return bool(
        words
        & {
            "the",
            "is",
            "has",
            "holds",
            "it",
            "of",
            "that",
            "was",
            "and",
            "with",
            "deliver",
            "cannot",
            "be",
            "its",
            "looks",
            "like",
            "not",
        }
    )


@pytest.mark.parametrize("what", _messages("what"))
def test_what_is_wrong_has_danish_words(what):
    assert not _english(what_in_danish(what)), what_in_danish(what)


@pytest.mark.parametrize("mend", _messages("mend"))
def test_the_remedy_has_danish_words(mend):
    assert not _english(mend_in_danish(mend)), mend_in_danish(mend)


def test_the_messages_are_those_of_the_code():
    assert len(_messages("what")) > 70
    assert len(_messages("mend")) > 50


def test_a_changed_header_is_told_with_what_is_near_and_without_the_line_of_the_contract(tiny):
    header = ("person", "Sex", "birth", "area", "moved_in", "moved_out", "died", "emigrated", "care_home", "name")
    with pytest.raises(DeliveryRefused) as refused:
        layout_of(header, tiny.deliveries["population"], "f.csv")
    told = what_in_danish(refused.value.what)
    assert told == (
        "mangler sex (skrevet med andre store og små bogstaver: Sex), born (er det birth?); "
        "har en kolonne, som aftalen ikke kender (name)"
    )
    assert mend_in_danish(refused.value.mend) == (
        "send de aftalte kolonner, udelad name; skriv til os, hvis kolonnerne kun har fået nye navne"
    )


def test_unknown_codes_are_told_without_the_line_of_the_contract(tiny):
    what = code_drift("priority", [("ATA9", 30), ("ata1", 20)], tiny.deliveries["contacts"])
    assert what_in_danish(what) == (
        "priority: 2 ukendte koder i 50 rækker: ATA9 (30), ata1 (20); de aftalte koder er ATA1, ATA2, ATA3; "
        "skriv til os, hvis de er rigtige"
    )


@pytest.mark.parametrize(
    ("what", "mend", "danish", "remedy"),
    [
        ("3 cells look like CPR numbers (in person, first in row 2); at least 5 cells hold addresses (in column no. 4, "
         "first in row 1); nothing of the file is kept",
         "pseudonymise it before it is sent, send the agreed area in place of the address",
         "3 celler ligner CPR-numre (i person, først i række 2); mindst 5 celler rummer adresser (i kolonne nr. 4, "
         "først i række 1); intet af filen er gemt",
         "pseudonymisér filen, før den sendes, send det aftalte område i stedet for adressen"),
        ("row 3 has 1 column and the header 4", "send it whole",
         "række 3 har 1 kolonne, og overskriften har 4", "send filen igen, hel"),
        ("rows: missing", "see maalbar/manifest.py", "«rows» mangler",
         "skriv manifestet igen (`maalbar check-delivery … --write-manifest` gør det)"),
        ("the name of column no. 2 looks like it holds CPR numbers; nothing of the file is kept",
         "pseudonymise it before it is sent",
         "navnet på kolonne nr. 2 ser ud til at rumme et CPR-nummer; intet af filen er gemt",
         "pseudonymisér filen, før den sendes"),
    ],
)  # fmt: skip
def test_counts_columns_and_rows_are_kept_in_their_places(what, mend, danish, remedy):
    assert (what_in_danish(what), mend_in_danish(mend)) == (danish, remedy)


def test_another_form_than_the_agreed_one_is_told_in_letters_that_a_danish_reader_knows():
    what = "born, died: dates seem to be written dd/mm/yyyy hh:mm, and yyyy-mm-dd is agreed (rows 1–20, 22)"
    assert what_in_danish(what) == (
        "born, died: datoerne ser ud til at være skrevet DD/MM/ÅÅÅÅ TT:MM, men ÅÅÅÅ-MM-DD er aftalt (række nr. 1–20, 22)"
    )
    mend = 'write them as agreed; or, if all files will be so, say `date_format: "%d/%m/%Y %H:%M"` in the contract'
    assert mend_in_danish(mend) == "skriv dem, som det er aftalt; skriv til os, hvis alle jeres filer er sådan"
    for seems, agreed in product([*NUMBERS, DAY_NUMBERS], [POINT, COMMA, WHOLE]):
        danish = what_in_danish(f"timer: numbers seem to be written {seems}, and {agreed} is agreed (rows 1)")
        assert danish.startswith("timer: tallene ser ud til at være skrevet ") and not _english(danish)


def test_what_nobody_has_words_for_is_told_as_it_stands():
    assert what_in_danish("is of a new kind") == "is of a new kind"
    assert mend_in_danish("ask someone") == "ask someone"
