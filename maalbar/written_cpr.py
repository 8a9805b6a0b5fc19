"""How CPR numbers are written: the patterns that the gate, and every text that a person gives, are looked through by.

The patterns keep to what Python and RE2 (Arrow) read alike, so that one text holds for both. What a CPR number is, and which of
these finds is certain by itself, `transforms/gate/cpr.py` says.
"""

from __future__ import annotations

import re
import unicodedata

from maalbar.errors import MaalbarError

DATE = (
    r"(?:(?:[06][1-9]|[1278][0-9]|[39][01])(?:0[13578]|1[02])"
    r"|(?:[06][1-9]|[1278][0-9]|[39]0)(?:0[469]|11)"
    r"|(?:[06][1-9]|[1278][0-9])02)[0-9]{2}"
)
"""DDMMYY of a birthday, or of one with 60 added to its day."""
SPACES = "[ \u00a0\\t\\r\\n]{0,3}"
HYPHEN = f"{SPACES}[-\u00ad\u2010-\u2015\u2212]{SPACES}"
# A birthday written in parts, with a dot or a space between, and four signs after a hyphen: 25.12.48-9996.
_IN_PARTS = "(?:0[1-9]|[12][0-9]|3[01])[. ](?:0[1-9]|1[0-2])[. ][0-9]{2}(?:-| - )[0-9]{4}"
LETTERED = r"[015-7][A-Z]{2}[0-9]|[A-Z]{3}[0-9]"
# A number that goes on, before or behind a decimal sign, is no CPR number; neither is what stands in a hash or another code.
_BEFORE = r"(?:^|[^0-9A-Za-z.,]|[^0-9][.,]|(?i:cpr|pnr|nr|nummer))"
_BEHIND = r"(?:$|[^0-9A-Za-z.,]|[.,](?:$|[^0-9]))"
_BEHIND_HYPHEN = r"(?:$|[^0-9.,]|[.,](?:$|[^0-9]))"
# P for person. Numbers of production units (P-numre) are written so too, from 1,000,000,000 on: so none of the tenth of a month.
_PERSON = (
    r"(?:^|[^0-9A-Za-z])[Pp](?:(?:[06][1-9]|1[1-9]|[278][0-9]|[39][01])(?:0[13578]|1[02])"
    r"|(?:[06][1-9]|1[1-9]|[278][0-9]|[39]0)(?:0[469]|11)|(?:[06][1-9]|1[1-9]|[278][0-9])02)[0-9]{6}"
)
WRITTEN_OUT = (
    rf"{_BEFORE}{DATE}(?:{HYPHEN}(?:[0-9]{{4}}|{LETTERED}){_BEHIND_HYPHEN}"
    rf"|{SPACES}(?:[0-9]{{4}}|{LETTERED}){_BEHIND})"
    rf"|(?:^|[^0-9.,]){_IN_PARTS}{_BEHIND_HYPHEN}|{_PERSON}{_BEHIND}"
)
IN_NAME = f"(?:^|[^0-9]){DATE}(?:{HYPHEN}|[ _\u00a0])?(?:[0-9]{{4}}|{LETTERED})(?:$|[^0-9])"

_SIGN = "[-\u00a0 ./_\u2010-\u2015\u2212]"
# Ten digits in groups, or eight of a whole date and four. Where the last four can be a time of day they are taken for one, in
# groups that a moment is written in too.
_GROUPS = ("2,4,4", "4,2,4", "3,3,4", "4,4,2", "6,4", ",".join("1" * 10))
_GROUPS_OF_MOMENTS = ("2,2,2,4", "2,2,2,2,2", "6,2,2", "2,2,4,4", "8,4")


def _grouped(groups: tuple[str, ...]) -> str:
    return "|".join(_SIGN.join(f"[0-9]{{{size}}}" for size in group.split(",")) for group in groups)


_SEPARATE = "[^-\u00a0 ./_\u2010-\u2015\u22120-9A-Za-z,]"


def _standing_alone(groups: tuple[str, ...]) -> str:
    """Digits in one of these groups, with no further group before or behind: eleven digits in groups are another number."""
    return (
        f"(?:^|^{_SIGN}|[^0-9]{_SIGN}|{_SEPARATE}|(?i:cpr|pnr|nr|nummer|p))(?P<plain>{_grouped(groups)})"
        f"(?:$|{_SIGN}$|{_SIGN}[^0-9]|{_SEPARATE}|,(?:$|[^0-9]))"
    )


GROUPED_EITHER_WAY = _standing_alone(_GROUPS + _GROUPS_OF_MOMENTS)
_ANY_GROUPED = tuple(re.compile(_standing_alone(groups)) for groups in (_GROUPS, _GROUPS_OF_MOMENTS))
_SHORT, _LONG = re.compile(rf"{DATE}[0-9]{{4}}"), re.compile(rf"{DATE[:-8]}(?:18[5-9]|19[0-9]|20[0-5])[0-9]{{5}}")
_TIME = re.compile(r"(?:[01][0-9]|2[0-3])[0-5][0-9]")
# Words that a person gives are few, so more is refused in them: six and four digits, whatever they are.
_SIX_AND_FOUR = re.compile(r"(?<!\d)\d{6}[\s._/\u2010-\u2015\u2212-]{0,3}\d{4}(?!\d)")
_WRITTEN_OUT = re.compile(WRITTEN_OUT)


def undisguised(text: str) -> str:
    """A text with plain digits for those of other scripts and widths, and without signs that show nothing (zero-width spaces,
    marks of direction), which a copy from a web page leaves between digits."""
    if text.isascii():
        return text
    shown = (sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) not in ("Cf", "Mn"))
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in shown)


def is_dated_in_groups(text: str) -> bool:
    """Whether digits in groups (2512 48 9996, 25121948-9996) hold a birthday where a CPR number has it, and no time of day."""
    for pattern, may_be_moment in zip(_ANY_GROUPED, (False, True), strict=True):
        at = 0
        while found := pattern.search(text, at):
            digits = re.sub("[^0-9]", "", found["plain"])
            is_dated = (_SHORT if len(digits) == 10 else _LONG).fullmatch(digits)
            if is_dated and not (may_be_moment and _TIME.fullmatch(digits[-4:]) and not _is_of_last_century(digits)):
                return True
            at = found.start("plain") + 1
    return False


def _is_of_last_century(digits: str) -> bool:
    return len(digits) == 12 and digits[4:6] in ("18", "19")


def may_hold_cpr(said: str) -> bool:
    """Whether words that a person gives as a name or a reason may hold a CPR number: they are stored, and shown to others."""
    shown = undisguised(said)
    return bool(_SIX_AND_FOUR.search(shown) or _WRITTEN_OUT.search(shown) or is_dated_in_groups(shown))


def refuse_cpr(refused: type[MaalbarError], where: str, **said: str) -> None:
    """Raise `refused` where one of the words that persons have given may hold a CPR number. Whatever is stored of such words
    goes through here first: a name, a reason, a remark is kept for good."""
    for what, words in said.items():
        if may_hold_cpr(words):
            mend = "say it without naming a person of the data"
            raise refused(f"the {what} looks like it holds a CPR number", where=where, mend=mend)
