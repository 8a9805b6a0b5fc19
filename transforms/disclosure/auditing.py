"""The audit: how far each need is left open by what is released, worked out from nothing but that."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from maalbar.definitions import DisclosureProfile
from transforms.disclosure.drafts import Draft, Key
from transforms.disclosure.needs import Need, needs
from transforms.disclosure.released import Released
from transforms.disclosure.system import TOLERANCE, System


@dataclass(frozen=True)
class Audited:
    """The lowest and highest that a reader can believe of what a need is about. For the releasers alone."""

    need: Need
    low: float
    high: float

    @property
    def holds(self) -> bool:
        near = TOLERANCE * max(1.0, abs(self.need.value))
        is_low = self.need.low is None or self.low <= self.need.low + near
        return is_low and (self.need.high is None or self.high >= self.need.high - near)


def audit(
    draft: Draft,
    profile: DisclosureProfile,
    hidden: Collection[Key],
    earlier: Sequence[Released] = (),
    wanted: Iterable[Need] | None = None,
) -> tuple[Audited, ...]:
    """Each need with what a reader can believe, for the given hidden figures. `wanted`: the needs; None takes the profile's."""
    system = System(draft, profile, earlier)
    asked = needs(draft, profile, earlier) if wanted is None else wanted
    return tuple(Audited(need, system.extreme(need, -1, hidden), system.extreme(need, 1, hidden)) for need in asked)
