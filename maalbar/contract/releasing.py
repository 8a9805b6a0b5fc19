"""Who may let figures out of the contract's books, to whom, and under which rules of disclosure."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from maalbar.contract.parties import Approver
from maalbar.contract.values import DefinitionRef, Flag, Identifier, Section, Sourced

Kind = Literal["extract", "indigo", "yearly"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""What may be released. `maalbar/flow/outgoing/kinds.py` has an entry for each; a test holds the two together."""


class Releaser(Approver):
    """A person who may let figures out. Two different people release, and none of them is the one who prepared."""

    deputies: tuple[Approver, ...] = ()
    """Those who may answer in this person's place."""


class Recipient(Section):
    """Someone outside who receives figures, and what they may be told."""

    name: str
    """Who it is, as it stands in the files that they receive."""
    profile: DefinitionRef
    """The disclosure profile: a definition under `definitions/disclosure`."""
    publishes: Flag = True
    """Whether what they receive is published; then every party must say yes. `false`: they are bound to keep it."""
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)]
    """What they receive. `extract`: the research extract. `indigo`: the contract in the INDIGO data standard.
    `yearly`: the yearly report."""
    crossed: Flag = False
    """Of the extract: `true` divides tables by age, sex and benefit at once, `false` by one at a time."""


class Release(Sourced):
    """What may leave. Administrative: no part of the terms, so that a new releaser needs no new signatures."""

    releasers: Annotated[tuple[Releaser, ...], Field(min_length=2)]
    """At least two. A login is in one place only, and answers for no party."""
    recipients: Annotated[dict[Identifier, Recipient], Field(min_length=1)]
    """Id → who receives figures."""

    @property
    def people(self) -> tuple[Approver, ...]:
        """Everyone who may release: those named, each followed by their deputies."""
        return tuple(person for one in self.releasers for person in (one, *one.deputies))
