"""Needs: what a profile wants left uncertain, and how far: each a range that a reader must not be able to narrow.

A need holds where the reader's lowest possible value is no more than `low` and the highest no less than `high`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Literal, NamedTuple

from maalbar.definitions import DisclosureProfile
from maalbar.errors import ReleaseRefused
from transforms.disclosure.drafts import Draft, Key, Part, Quantity, Ratio
from transforms.disclosure.released import Released

Why = Literal["few", "few_behind", "dominated", "few_left", "missing", "none", "all", "end_of_scale", "changed_little"]


class Variable(NamedTuple):
    """A quantity as it truly is. Where it is the same in two releases it is one variable: readers may know it has not changed."""

    key: Key
    value: int


@dataclass(frozen=True)
class Need:
    """The sum of coefficient × variable must be possible from `low` to `high`. None: no such end."""

    terms: tuple[tuple[Variable, int], ...]
    low: int | None
    high: int | None
    why: Why

    @property
    def key(self) -> Key:
        """The figure that it is about."""
        return self.terms[0][0].key

    @property
    def value(self) -> int:
        return sum(coefficient * variable.value for variable, coefficient in self.terms)


def needs(draft: Draft, profile: DisclosureProfile, earlier: Sequence[Released] = ()) -> list[Need]:
    """Every need of the draft under the profile, and of earlier releases that it could narrow, in the order of their figures.

    Raises ReleaseRefused where the profile refuses small differences from earlier releases, and there is one.
    """
    found = [need for told in (draft, *(release.draft for release in earlier)) for need in _of_draft(told, profile)]
    if profile.differences != "shown":
        found += [need for release in earlier for need in _of_differences(draft, release, profile)]
    return sorted(dict.fromkeys(found), key=lambda need: (need.terms, need.why))


def _of_draft(draft: Draft, profile: DisclosureProfile) -> Iterator[Need]:
    for quantity in draft.quantities.values():
        yield from _of_quantity(quantity, profile)
    shares = [Part(ratio.over, ratio.under) for ratio in draft.ratios.values() if ratio.is_share]
    for part in dict.fromkeys([*draft.parts, *shares]):
        yield from _of_part(draft, part, profile)
    for ratio in draft.ratios.values():
        yield from _of_ratio(draft, ratio, profile)


def _of_quantity(quantity: Quantity, profile: DisclosureProfile) -> Iterator[Need]:
    if quantity.is_known:
        return
    terms = ((Variable(quantity.key, quantity.value), 1),)
    if quantity.kind == "persons":
        if 0 < quantity.value < profile.threshold:
            yield Need(terms, 0, profile.protected_to, "few")
        return
    few, dominated = 0 < quantity.persons_behind < profile.threshold, _dominance(quantity, profile)
    if few or dominated:
        margin = max(_margin(quantity.value, profile), dominated)
        low = quantity.value - margin
        low = low if quantity.is_signed else max(low, 0)
        yield Need(terms, low, quantity.value + margin, "few_behind" if few else "dominated")


def _margin(value: int, profile: DisclosureProfile) -> int:
    return max(1, ceil(abs(value) * profile.protected_percent))


def _dominance(quantity: Quantity, profile: DisclosureProfile) -> int:
    """How far a dominated sum must be uncertain for the rule to hold of what a reader thinks, 0 where it is not dominated.

    Hundepool et al. (2012), chapter 4: 100/k × (x₁+…+xₙ) − X for the (n, k) rule, p/100 × x₁ − (X − x₁ − x₂) for the p% rule.
    """
    largest, total = quantity.largest, quantity.value
    if not largest or total <= 0:
        return 0
    wanted = Decimal(0)
    if profile.dominance is not None:
        top = sum(largest[: profile.dominance.largest])
        wanted = max(wanted, top / profile.dominance.percent - total)
    if profile.p_percent is not None:
        wanted = max(wanted, profile.p_percent * largest[0] - (total - sum(largest[:2])))
    return ceil(wanted)


def _of_part(draft: Draft, part: Part, profile: DisclosureProfile) -> Iterator[Need]:
    whole, mine = draft.quantities[part.whole], draft.quantities[part.part]
    rest = whole.value - mine.value
    left = ((Variable(whole.key, whole.value), 1), (Variable(mine.key, mine.value), -1))
    if 0 < rest < profile.threshold and (profile.hides_missing or part.says == "attribute"):
        yield Need(left, 0, profile.protected_to, "missing" if part.says == "answer" else "few_left")
    if profile.hides_none_and_all and part.says == "attribute" and whole.value > 0:
        reach = min(profile.protected_to, whole.value)
        if mine.value == 0 and not mine.is_known:
            yield Need(((Variable(mine.key, 0), 1),), None, reach, "none")
        if rest == 0:
            yield Need(left, None, reach, "all")


def _of_ratio(draft: Draft, ratio: Ratio, profile: DisclosureProfile) -> Iterator[Need]:
    over, under = draft.quantities[ratio.over], draft.quantities[ratio.under]
    margin, sums = _margin(over.value, profile), ((Variable(over.key, over.value), 1),)
    if over.kind != "persons" and 0 < under.persons_behind < profile.persons_behind:
        low = over.value - margin if over.is_signed else max(0, over.value - margin)
        yield Need(sums, low, over.value + margin, "few_behind")
    if ratio.scale is None or not profile.hides_none_and_all:
        return
    # Everybody at the end of a scale: the distance from that end, summed over persons, must not be seen to be 0.
    for sign, end in zip((1, -1), ratio.scale, strict=True):
        if over.value == end * under.value:
            away = ((Variable(over.key, over.value), sign), (Variable(under.key, under.value), -sign * end))
            yield Need(away, None, max(1, ceil((ratio.scale[1] - ratio.scale[0]) * under.value // 10)), "end_of_scale")


def _of_differences(draft: Draft, release: Released, profile: DisclosureProfile) -> Iterator[Need]:
    """Figures that differ by few persons from an earlier release, which shows or hides them.

    What readers know of itself both times, they know the difference of.
    """
    for k, old in release.draft.quantities.items():
        new = draft.quantities.get(k)
        if new is None or new.value == old.value or new.is_kept or not _is_small(new, old, profile):
            continue
        if new.is_known and old.is_known:
            continue
        if profile.differences == "refused" and old.is_shown and k not in release.hidden and new.is_shown:
            mend = "release it with what else has changed, or under a profile that hides differences"
            raise ReleaseRefused(f"it differs by few persons from release {release.id}", where=str(k), mend=mend)
        difference = new.value - old.value
        # Of persons nobody may tell how few; of what they give, not how much, within the protection of a sum.
        margin = profile.protected_to if new.kind == "persons" else abs(difference) + _margin(difference, profile)
        ends = (0, margin) if difference > 0 else (-margin, 0)
        terms = ((Variable(k, new.value), 1), (Variable(k, old.value), -1))
        yield Need(terms, min(ends[0], difference), max(ends[1], difference), "changed_little")


def _is_small(new: Quantity, old: Quantity, profile: DisclosureProfile) -> bool:
    """Whether few persons make the difference. Of an amount nobody knows how many, so it is taken to be few."""
    if new.changed is not None:
        return 0 < new.changed < profile.threshold
    return new.kind == "amount" or abs(new.value - old.value) < profile.threshold
