"""Proposals that a party said no to, and the way on that was taken: what the statement after them tells of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from maalbar.documents.content import Block, Note, Table
from maalbar.documents.formats import Formats
from maalbar.documents.language import danish

STEPS = {
    "rejected": danish("afvist"),
    "disputed": danish("bestridt"),
    "settled": danish("tvisten afsluttet"),
    "waiving": danish("afkald, den første af to"),
    "waived": danish("givet afkald"),
}
COUNTS_UNDER_CAPS = danish(
    "Det, der er givet afkald på, skyldes ikke længere. Det tæller med under lofterne som det, der er betalt."
)


@dataclass(frozen=True)
class SaidFact:
    """Who said what on which local day. `step`: rejected, or one of `maalbar.disagreements.Step`; `waived_minor`: given up."""

    step: str
    party: str
    name: str
    on: date
    why: str
    waived_minor: int = 0


@dataclass(frozen=True)
class RejectedFact:
    """A proposal that was rejected. `periods`: those it would have settled; `is_waiting`: nobody has taken a way on yet."""

    number: int
    periods: tuple[str, ...]
    said: tuple[SaidFact, ...]
    is_waiting: bool = False


def rejected_blocks(rejected: Sequence[RejectedFact], form: Formats) -> tuple[Block, ...]:
    """The table of what was said, and what is given up; nothing where nobody said no."""
    rows = tuple(
        (
            str(one.number), ", ".join(one.periods), form.say(STEPS[said.step]), f"{said.name}, {said.party}",
            form.day(said.on), said.why or "–", form.amount(said.waived_minor) if said.waived_minor else "–",
        )
        for one in rejected
        for said in one.said
    )  # fmt: skip
    if not rows:
        return ()
    headers = (
        form.say("Forslag"), form.say("Periode"), form.say("Hvad"), form.say("Hvem"), form.say("Dato"),
        form.say("Begrundelse"), form.say("Afkald"),
    )  # fmt: skip
    table = Table(form.say("Afviste forslag og vejen videre"), headers, rows, (False,) * 6 + (True,))
    given_up = any(said.waived_minor for one in rejected for said in one.said)
    return (table, Note(form.say(COUNTS_UNDER_CAPS))) if given_up else (table,)
