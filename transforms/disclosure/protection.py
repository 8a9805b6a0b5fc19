"""Protect: from a draft to figures that may leave, each as it is written or as the mark, with the reasons and the audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from maalbar.definitions import DisclosureProfile
from maalbar.errors import ReleaseRefused
from maalbar.suppressed import SUPPRESSED, Suppressed
from transforms.disclosure.auditing import Audited, audit
from transforms.disclosure.complement import complement, together
from transforms.disclosure.drafts import Draft, Key, Quantile, Ratio
from transforms.disclosure.needs import Need, Why, needs
from transforms.disclosure.released import Released
from transforms.disclosure.statements import Written, written
from transforms.disclosure.system import System


@dataclass(frozen=True)
class Protected:
    """A draft under a profile, ready for the releasers. Only `figures` may leave.

    `reasons`: why each hidden figure is hidden, `complementary` where it is for the sake of others. `audited`: every need with
    what a reader can believe. `known_before`: those that ask for less than the profile, since earlier releases, or what is known
    anyway, had narrowed them already.
    """

    draft: Draft
    profile: DisclosureProfile
    figures: Mapping[Key, Written | Suppressed]
    reasons: Mapping[Key, Why | str]
    audited: tuple[Audited, ...]
    known_before: tuple[Need, ...]

    @property
    def hidden(self) -> frozenset[Key]:
        return frozenset(self.reasons)

    def released(self, id: str) -> Released:
        """The row of the register, once it is approved."""
        return Released(id, self.profile.ref, self.draft, self.hidden)


def protect(draft: Draft, profile: DisclosureProfile, earlier: Sequence[Released] = ()) -> Protected:
    """The figures that may leave. `earlier`: the releases that the readers know, as `known_to` picks them from the register.

    Raises ReleaseRefused where a figure that must be kept back can be worked out from figures that must be shown, or where it
    differs too little from an earlier release and the profile refuses that.
    """
    wanted = needs(draft, profile, earlier)
    why = _primary(draft, profile, wanted)
    chosen = complement(System(draft, profile, earlier), wanted, why)
    audited = audit(draft, profile, chosen.figures, earlier, chosen.needs)
    for found in audited:
        if not found.holds:
            mend = "leave it out of the draft, and report it"
            raise ReleaseRefused("the audit finds that it can be worked out", where=str(found.need.key), mend=mend)
    reasons = {k: why.get(k, "complementary") for k in sorted(chosen.figures)}
    figures: dict[Key, Written | Suppressed] = {}
    for k in draft.shown:
        told = None if k in reasons else written(draft, profile, k)
        figures[k] = SUPPRESSED if told is None else told
    return Protected(draft, profile, figures, reasons, audited, chosen.known_before)


def _primary(draft: Draft, profile: DisclosureProfile, wanted: Sequence[Need]) -> dict[Key, Why | str]:
    """What is hidden for its own sake: small counts, their rates, dominated sums, and figures on too few persons."""
    found: dict[Key, Why | str] = {}
    for need in wanted:
        quantity = draft.quantities.get(need.key)
        is_own = len(need.terms) == 1 or need.why == "changed_little"
        if quantity is None or not is_own or need.terms[0][0].value != quantity.value:
            continue
        if quantity.is_shown and not quantity.is_known and not quantity.is_kept:
            found.setdefault(need.key, need.why)
    derived: dict[Key, Ratio | Quantile] = {**draft.ratios, **draft.quantiles}
    for k, figure in derived.items():
        if _is_on_few(draft, profile, figure) or written(draft, profile, k) is None:
            found.setdefault(k, "few_behind")
    return found | {k: found.get(k, "rests_on_hidden") for k in together(draft, found)}


def _is_on_few(draft: Draft, profile: DisclosureProfile, figure: Ratio | Quantile) -> bool:
    if isinstance(figure, Quantile):
        persons = draft.quantities[figure.of].persons_behind
        return persons < profile.persons_behind or figure.same < profile.same_value
    return draft.quantities[figure.under].persons_behind < profile.persons_behind
