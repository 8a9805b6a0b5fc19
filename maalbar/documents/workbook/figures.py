"""The figure that the terms look at: agreed fallback, agreed rule of uncertainty, deadweight; and whether a condition holds."""

from __future__ import annotations

from dataclasses import replace

from maalbar.contract.bounds import Bounds
from maalbar.contract.outcomes import Fallback, Outcome
from maalbar.contract.prices import EffectPrice, UnitPrice
from maalbar.documents.workbook.book import Figures
from maalbar.documents.workbook.formulas import ZERO, Formula, f, total
from maalbar.documents.workbook.given import Measured
from maalbar.documents.workbook.moment import Moment

Z95 = "1.959963984540054"


def kind_of(outcome: Outcome) -> str:
    """How a figure of an outcome is shown: a ratio as per cent."""
    return "share" if outcome.contrast == "ratio" else "number"


def looked_at(moment: Moment, outcome_id: str, basis: str) -> tuple[Formula, Formula]:
    """Whether there is a figure, and the figure, on one basis by the contract's rules."""
    book, outcome, result = moment.book, moment.terms.outcomes[outcome_id], moment.result(outcome_id)
    kind, rule = kind_of(outcome), moment.terms.terms.uncertainty
    if isinstance(outcome.price, EffectPrice) and outcome.price.uncertainty is not None:
        rule = outcome.price.uncertainty
    needs = rule != "point_estimate" or outcome.fallback is not None
    measured = book.measured(moment.period, outcome_id, result)
    found = book.figures(moment.period, outcome_id, result, basis, kind, whole=needs)
    if outcome.fallback is not None:
        measured, found = _after_fallback(
            moment, outcome_id, outcome, outcome.fallback, result, basis, (measured, found)
        )
    value = book.step(f"result_{basis}", f"IF({measured},{found.value},0)", kind)
    if rule == "significant":
        shown = f"AND(NOT(AND({found.low}<=0,{found.high}>=0)),NOT(AND(ISNUMBER({found.significant}),{found.significant}=0)))"
        value = book.step(rule, f"IF(AND({measured},{shown}),{value},0)", kind)
    elif rule == "lower_limit":
        worse_is_higher = outcome.contrast == "level" and outcome.better == "lower"
        value = book.step(rule, f"IF({measured},{found.high if worse_is_higher else found.low},0)", kind)
    if outcome.deadweight is not None and not isinstance(outcome.price, UnitPrice):
        off = outcome.deadweight
        share = book.term("deadweight", moment.title(outcome_id), off.share, "share", off.source)
        value = book.step("less_deadweight", f"{value}*(1-{share})", kind)
    return measured, value


def holds(moment: Moment, outcome_id: str, rule: str, bounds: Bounds, measured: str, units: str) -> Formula:
    """A row with 1 where a result lies inside bounds, 0 where not or where it is not measurable."""
    own = moment.book.measured(moment.period, outcome_id, moment.result(outcome_id))
    sides = moment.book.bounds(rule, moment.title(outcome_id), bounds)
    if any(figure.unit == "units" for figure in bounds.figures):
        inside = [f"{units}{sign}{bound}" for sign, bound in sides]
    else:
        there, value = looked_at(moment, outcome_id, measured)
        inside = [there, *(f"{value}{sign}{bound}" for sign, bound in sides)]
    return moment.book.step(rule, f"IF(AND({','.join([own, *inside])}),1,0)", "number")


def _after_fallback(
    moment: Moment,
    outcome_id: str,
    outcome: Outcome,
    rule: Fallback,
    result: Measured,
    basis: str,
    own: tuple[Formula, Figures],
) -> tuple[Formula, Figures]:
    """The result, or the agreed combination of others where the agreed trigger has come."""
    book, (measured, mine), kind = moment.book, own, kind_of(outcome)
    triggered = f"NOT({measured})"
    if rule.when == "standard_error_above":
        assert rule.limit is not None
        limit = book.figure("fallback_limit", moment.title(outcome_id), rule.limit, rule.source)
        triggered = f"AND({measured},{mine.error}>{limit})"
    triggered = book.step("fallback_triggered", f"IF({triggered},1,0)", "number")
    parts: list[tuple[Formula, Figures]] = []
    there = []
    for name, weight in rule.use.items():
        other = result if name == outcome.estimator else result.others.get(name, Measured(why_not="no_result"))
        label = "" if name == outcome.estimator else name
        figures = book.figures(moment.period, outcome_id, other, basis, kind, label, whole=True)
        there.append(f"AND({book.measured(moment.period, outcome_id, other, label)},ISNUMBER({figures.value}))")
        share = book.term("fallback_weight", f"{moment.title(outcome_id)}: {name}", weight, "share", rule.source)
        parts.append((share, figures))
    value = book.step("fallback_value", total(f(f"{weight}*{part.value}") for weight, part in parts), kind)
    spread = replace(parts[0][1], value=value) if len(parts) == 1 else _combined(moment, value, parts, kind)

    def chosen(instead: str, first: str) -> Formula:
        return f(f"IF({triggered}=1,{instead},{first})")

    return chosen(f"AND({','.join(there)})", measured), Figures(
        chosen(spread.value, mine.value),
        chosen(spread.low, mine.low),
        chosen(spread.high, mine.high),
        ZERO,
        chosen(spread.significant, mine.significant),
    )


def _combined(moment: Moment, value: Formula, parts: list[tuple[Formula, Figures]], kind: str) -> Figures:
    """The interval of a mixture of independent estimates: as many standard errors as the one that reaches furthest."""
    book = moment.book
    squares = total(f(f"({weight}*{part.error})^2") for weight, part in parts)
    error = book.step("fallback_error", f"SQRT({squares})", kind)
    reaches = ",".join(
        f"IF({p.error}=0,0,MAX(({p.high}-{p.value})/{p.error},({p.value}-{p.low})/{p.error}))" for _, p in parts
    )
    reach = book.step("fallback_reach", f"MAX({Z95},{reaches})", "number")
    unshown = ",".join(
        f"AND(ISNUMBER({p.significant}),{p.significant}=0,NOT(AND({p.low}<=0,{p.high}>=0)))" for _, p in parts
    )
    return Figures(
        value, f(f"({value}-{reach}*{error})"), f(f"({value}+{reach}*{error})"), error, f(f'IF(OR({unshown}),0,"")')
    )
