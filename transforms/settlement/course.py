"""The course of a settlement: every period in order, from results to lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from maalbar.contract.model import Agreement
from maalbar.contract.prices import UnitPrice
from maalbar.contract.versions import version_in, versions
from transforms.settlement import caps, components, floors
from transforms.settlement.claims import Unit, hold_under_person_maximum, paid_units
from transforms.settlement.exact import exactly
from transforms.settlement.figures import holds
from transforms.settlement.lines import Cell, Component, Line, Settlement, Stage, Step
from transforms.settlement.owed import owe
from transforms.settlement.results import Result
from transforms.settlement.returns import Flow, invested, room_under
from transforms.settlement.sharing import SharedSoFar, share_out
from transforms.settlement.standing import Moment, OutcomeSoFar, count

Results = Mapping[tuple[str, str], Result]
"""(period, outcome) → Result; what is missing is not measurable."""


@dataclass
class SoFar:
    """Where the whole contract stands after a period."""

    outcomes: dict[str, OutcomeSoFar] = field(default_factory=lambda: defaultdict(OutcomeSoFar))
    shared: dict[str, SharedSoFar] = field(default_factory=lambda: defaultdict(SharedSoFar))
    redeemed: dict[Cell, int] = field(default_factory=dict)
    persons: dict[str, Decimal] = field(default_factory=dict)
    """Person → brought over all outcomes, where the terms limit it."""
    granted: caps.Granted = field(default_factory=caps.Granted)
    divided: components.Divided = field(default_factory=components.Divided)
    receipts: dict[str, list[Flow]] = field(default_factory=lambda: defaultdict(list))
    years: list[str] = field(default_factory=list)
    stands: dict[Cell, int] = field(default_factory=lambda: defaultdict(int))
    """What was paid for persons whose rows are erased since, and is not taken back: see `settle`."""

    @property
    def measured(self) -> dict[Cell, int]:
        """What the results so far come to by cell, before caps."""
        return {c: a for shared in self.shared.values() for c, a in shared.cells.items()}

    @property
    def cells(self) -> dict[Cell, int]:
        """What is owed so far by cell, before caps. What stands takes back no more than there is."""
        measured, found = self.measured, {}
        for cell in measured | self.stands:
            amount = measured.get(cell, 0)
            found[cell] = max(amount + self.stands.get(cell, 0), min(amount, 0))
        return found | self.redeemed


@exactly
def settle(
    agreement: Agreement,
    results: Results,
    periods: Sequence[str],
    known: Sequence[Agreement] | None = None,
    stands: Mapping[tuple[str, Cell], int] | None = None,
) -> Settlement:
    """Settle the unbroken run of `periods` from the first followed one.

    `known`: the versions of the terms, for a caller that settles often. `stands`: (period, cell) → what the period owes
    besides what its results come to, before caps, since earlier results had persons in them who are erased. Raises
    ValueError when the periods are no such run, so that nothing is settled past a gap, and SettlementRefused where a result
    lacks what the terms look at.
    """
    followed = [p.id for p in agreement.calendar.followed]
    if list(periods) != followed[: len(periods)]:
        raise ValueError("periods are settled in an unbroken run from the first")
    known = known or versions(agreement)
    so_far = SoFar()
    lines: list[Line] = []
    steps: list[Step] = []
    owed: dict[tuple[str, Cell], int] = {}
    for number, period in enumerate(periods, start=1):
        before = so_far.measured
        terms = known[version_in(agreement, period)]
        of_period = {outcome: results[period, outcome] for outcome in terms.outcomes if (period, outcome) in results}
        units = _units(terms, period, of_period, so_far)
        moment = Moment(terms, period, number, len(followed), of_period, units)
        for (standing_in, cell), amount in (stands or {}).items():
            so_far.stands[cell] += amount if standing_in == period else 0
        new, told = _settle_period(moment, so_far)
        lines += new
        steps += told
        owed |= {(period, cell): amount - before.get(cell, 0) for cell, amount in so_far.measured.items()}
    return Settlement(tuple(lines), tuple(steps), owed)


def _settle_period(moment: Moment, so_far: SoFar) -> tuple[list[Line], list[Step]]:
    agreement, period = moment.agreement, moment.agreement.period(moment.period)
    before = {outcome: so_far.outcomes[outcome].owed for outcome in agreement.outcomes}
    trails: dict[str, list[Stage]] = {outcome: [] for outcome in agreement.outcomes}
    for outcome in agreement.outcomes:
        count(moment, outcome, so_far.outcomes[outcome])
    for outcome in agreement.outcomes:
        trails[outcome] += owe(moment, outcome, so_far.outcomes)
        owed, savings = so_far.outcomes[outcome].owed, moment.result(outcome).savings
        trails[outcome] += share_out(agreement, outcome, owed, savings, period.window, so_far.shared[outcome])
    for outcome in agreement.outcomes:
        trails[outcome] += _carried(outcome, so_far)
    paid, cuts, held = _pay(moment, so_far)
    for cut in cuts:
        facts = {"taken": cut.taken, "payer": cut.cap.payer, "recipient": cut.cap.recipient, "per": cut.cap.per}
        facts["kind"] = cut.cap.source if cut.cap.source == "returns" else "cap"
        facts["lapses"] = cut.cap.carry_over in ("none", "unused")
        trails.setdefault(cut.outcome, []).append(Stage("cap", None, facts))
    for outcome, amount in held.items():
        trails.setdefault(outcome, []).append(Stage("premium_held", None, {"held": amount}))
    lines = _lines(moment, paid)
    steps = [_step(moment, outcome, trails[outcome], before[outcome], so_far, lines) for outcome in agreement.outcomes]
    extra = dict.fromkeys(line.outcome for line in lines if line.outcome not in agreement.outcomes)
    return lines, steps + [_extra_step(moment, outcome, lines, trails.get(outcome, [])) for outcome in extra]


def _carried(outcome_id: str, so_far: SoFar) -> list[Stage]:
    """What earlier periods have granted of what is owed, and what their yearly caps have cut off for good."""
    granted = sum(amount for cell, amount in so_far.granted.cells.items() if cell[0] == outcome_id)
    lapsed = sum(amount for cell, amount in so_far.granted.lost.items() if cell[0] == outcome_id)
    stands = sum(amount for cell, amount in so_far.stands.items() if cell[0] == outcome_id)
    told = (("stands", stands), ("already", granted), ("lapsed", lapsed))
    return [Stage(rule, None, {rule: amount}) for rule, amount in told if amount]


def _units(terms: Agreement, period: str, results: Mapping[str, Result], so_far: SoFar) -> dict[str, list[Unit]]:
    """The units of a period that are paid, by outcome, held under what one person may bring in all."""
    window, found = terms.period(period).window, {}
    for outcome_id, outcome in terms.outcomes.items():
        if isinstance(outcome.price, UnitPrice) and outcome_id in results:
            persons = so_far.outcomes[outcome_id].persons
            found[outcome_id], left_out = paid_units(terms, outcome_id, outcome, results[outcome_id], window, persons)
            so_far.outcomes[outcome_id].left_out = dict(left_out)
    if terms.terms.person_maximum is not None:
        hold_under_person_maximum(found, terms.terms.person_maximum.minor, so_far.persons)
    return found


def _pay(moment: Moment, so_far: SoFar) -> tuple[dict[Cell, tuple[int, int]], list[caps.Cut], dict[str, int]]:
    """Cell → (principal, premium) that a period pays under the caps, and then what the floors make up.

    With what each cap took, and outcome → premium that its condition holds back.
    """
    agreement, period = moment.agreement, moment.agreement.period(moment.period)
    so_far.years += [period.year] if period.year not in so_far.years else []

    def return_room(recipient: str) -> int | None:
        limit, capital = agreement.terms.capital.returns, agreement.terms.capital
        has_capital = recipient == capital.receiver or any(d.investor == recipient for d in capital.drawdowns)
        if limit is None or not has_capital or (limit.investors and recipient not in limit.investors):
            return None
        flows = [*invested(agreement, recipient, period.pay_by), *so_far.receipts[recipient]]
        return room_under(flows, limit.maximum, period.pay_by) - sum(paid_now[recipient])

    paid_now: dict[str, list[int]] = defaultdict(list)
    paid: dict[Cell, tuple[int, int]] = {}
    held: dict[str, int] = defaultdict(int)

    def pay(allowed: Mapping[Cell, int]) -> None:
        parts = _divided(moment, allowed, so_far)
        caps.note(so_far.granted, {cell: sum(both) for cell, both in parts.items()}, period.year)
        for cell, both in parts.items():
            paid_now[cell[2]].append(sum(both))
            if allowed[cell] > sum(both):
                held[cell[0]] += allowed[cell] - sum(both)
        paid.update(parts)

    allowed, cuts = caps.capped(agreement.terms.caps, so_far.cells, so_far.granted, so_far.years, return_room)
    pay(allowed)
    # What is still outstanding is known once the outcomes have repaid what they do.
    so_far.redeemed |= floors.redeemed(agreement, moment.period, so_far.divided.principal)
    if so_far.redeemed:
        stands = {cell: so_far.granted.cells[cell] for cell in so_far.cells} | so_far.redeemed
        due, more = caps.capped(agreement.terms.caps, stands, so_far.granted, so_far.years, return_room)
        pay({cell: due[cell] for cell in so_far.redeemed})
        cuts = [*cuts, *more]
    pay(
        floors.made_up(agreement, moment.period, so_far.granted, so_far.years, so_far.receipts, return_room),
    )
    for recipient, amounts in paid_now.items():
        if sum(amounts):
            so_far.receipts[recipient].append(Flow(period.pay_by, sum(amounts)))
    return paid, cuts, held


def _divided(moment: Moment, allowed: Mapping[Cell, int], so_far: SoFar) -> dict[Cell, tuple[int, int]]:
    """Principal and premium of what is allowed; the premium of an outcome only while its condition holds."""
    agreement, day = moment.agreement, moment.agreement.period(moment.period).pay_by
    premium, capital = agreement.terms.premium, {}
    for recipient in {cell[2] for cell in allowed}:
        capital[recipient] = -sum(flow.amount for flow in invested(agreement, recipient, day))
    condition = premium.condition
    holding = True
    if condition is not None:
        looked = so_far.outcomes[condition.outcome]
        units = looked.counted if condition.measured == "cumulative" else looked.counted_now
        result = moment.result(condition.outcome)
        holding = holds(agreement, condition.outcome, condition, result, condition.measured, units)
    withheld = () if holding else tuple(agreement.outcomes)
    return components.divide(premium, allowed, so_far.divided, capital, withheld, agreement.terms.rounding)


def _lines(moment: Moment, paid: Mapping[Cell, tuple[int, int]]) -> list[Line]:
    """Name who pays and receives on the period's last day: the parties themselves, or their successors."""
    acting: dict[str, str] = {}
    for party in {party for cell in paid for party in cell[1:]}:
        acting[party] = moment.agreement.acting_for(party, moment.period)
    sums: dict[tuple[str, str, str, Component], int] = defaultdict(int)
    kinds: tuple[Component, Component] = ("principal", "premium")
    for (outcome, payer, recipient), both in paid.items():
        for kind, amount in zip(kinds, both, strict=True):
            sums[outcome, acting[payer], acting[recipient], kind] += amount
    return [Line(moment.period, *key, amount) for key, amount in sums.items() if amount]


def _step(
    moment: Moment, outcome_id: str, trail: list[Stage], before: int, so_far: SoFar, lines: Sequence[Line]
) -> Step:
    standing = so_far.outcomes[outcome_id]
    granted = sum(line.amount for line in lines if line.outcome == outcome_id)
    left_out = [Stage("left_out", None, standing.left_out)] if standing.left_out else []
    standing.left_out = {}
    return Step(
        moment.period,
        outcome_id,
        moment.agreement.outcomes[outcome_id].price.kind,
        moment.result(outcome_id),
        standing.attained,
        moment.number,
        moment.periods,
        standing.owed,
        standing.owed - before,
        granted,
        (*left_out, *trail, Stage("granted", granted)),
    )


def _extra_step(moment: Moment, outcome_id: str, lines: Sequence[Line], trail: list[Stage]) -> Step:
    """The step of a floor or a redemption."""
    amount = sum(line.amount for line in lines if line.outcome == outcome_id)
    kind = "redemption" if outcome_id == floors.TERMINATION else "minimum"
    stages = (*trail, Stage(kind, amount), Stage("granted", amount))
    return Step(
        moment.period, outcome_id, kind, Result(), None, moment.number, moment.periods, amount, amount, amount, stages
    )
