"""Disclosure profiles: what a kind of reader may be told, as numbers that an authority has set or we have."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from maalbar.contract.values import Count, DefinitionRef, Flag, Percent, Section
from maalbar.definitions.definition import Definition


class Dominance(Section):
    """The (n, k) rule: a sum is hidden where its `largest` contributions are more than `percent` of it."""

    largest: Annotated[Count, Field(ge=1)]
    percent: Percent


class DisclosureProfile(Definition):
    """The rules for one kind of reader. A count is of persons; nothing is nothing, and shown."""

    threshold: Annotated[Count, Field(ge=2)]
    """The smallest count of persons that is shown."""
    protected_to: Count
    """A hidden count must be possible, as the reader sees it, all the way from 0 to this."""
    protected_percent: Percent
    """A hidden sum must be possible from so much below to so much above its value."""
    round_to: Annotated[Count, Field(ge=1)] = 1
    """Counts are shown rounded to the nearest multiple, a half up; 1 is exact."""
    rates_from: Annotated[Count, Field(ge=1)] = 1
    """Rates and means are computed from counts rounded to the nearest multiple."""
    persons_behind: Count
    """Persons that a rate, a mean or a quantile must stand on."""
    same_value: Count
    """Persons who must share a quantile's exact value; 0 asks for none."""
    dominance: Dominance | None = None
    p_percent: Percent | None = None
    """A sum is hidden where its next largest contributor could tell the largest within so much of it."""
    hides_missing: Flag
    """Whether those without an answer are a count like any other."""
    hides_none_and_all: Flag
    """Whether it is withheld that nobody, or everybody, of a group has an attribute."""
    differences: Literal["hidden", "refused", "shown"]
    """What becomes of a figure that differs by few persons from one released before."""
    is_published: Flag
    """Whether what is released under the profile leaves the parties."""
    readers_know: tuple[DefinitionRef, ...]
    """Profiles of the releases that its readers have seen or may see."""

    @model_validator(mode="after")
    def _sound(self) -> DisclosureProfile:
        if self.protected_to < self.threshold:
            raise ValueError("a hidden count must be possible up to the threshold at least")
        if self.persons_behind < self.threshold:
            raise ValueError("a mean stands on as many persons as a count at least")
        if self.protected_percent <= 0:
            raise ValueError("a hidden sum must be uncertain by some percent")
        return self

    def at_least(self, threshold: int) -> DisclosureProfile:
        """The profile with a threshold no lower than that, as a contract's `small_cell` may ask."""
        if threshold <= self.threshold:
            return self
        raised = {name: max(getattr(self, name), threshold) for name in ("threshold", "protected_to", "persons_behind")}
        return self.model_copy(update=raised)
