"""The pictures of the yearly report: an effect with its interval, two groups beside each other, and what is owed of a cap.

Each is labelled where it stands, and read in grey: shape and dash tell the groups apart, never a colour.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from maalbar.documents.drawing import FAINT, INK, SOFT, Signs, domain, number_format, rows_of, svg_of

WIDTH, HEIGHT = 246, 176
_PADDING = {"left": 40, "right": 74, "top": 16, "bottom": 36}
_ROOM = 0.1
_BAR_WIDTH, _BAR_HEIGHT = 720, 22
_NARROWEST = 20
"""The narrowest part of a bar that a period's id is written in."""
Layers = list[Any]


@dataclass(frozen=True)
class Slot:
    """One window: its label (lines parted by `|`) and what is drawn in it; `empty` says why nothing is."""

    label: str
    empty: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    text: str = ""
    other: float | None = None
    other_text: str = ""


@dataclass(frozen=True)
class Intervals:
    """Estimates with their limits, against no effect and the target. `is_share`: the axis is in percent."""

    slots: tuple[Slot, ...]
    zero_label: str
    target: float | None
    target_label: str
    is_share: bool
    signs: Signs


@dataclass(frozen=True)
class Groups:
    """Two groups in each slot: `value` the filled one, `other` the open one; their names stand at the end of their lines."""

    slots: tuple[Slot, ...]
    names: tuple[str, str]
    signs: Signs


@dataclass(frozen=True)
class Owed:
    """What is owed of a cap, in minor units: after each period (its id, the sum so far), and at most."""

    after: tuple[tuple[str, int], ...]
    cap: int | None


def intervals_svg(shown: Intervals) -> str:
    """Draw estimates with their intervals as SVG text."""
    import altair as alt

    seen = [0.0, *([shown.target] if shown.target is not None else [])]
    seen += [n for slot in shown.slots for n in (slot.value, slot.low, slot.high) if n is not None]
    low, high = domain(seen, _ROOM)
    high += (high - low) * 0.12  # for the number above the highest interval
    form = number_format(high - low, is_share=shown.is_share)
    y = _y(alt, (low, high), f"format(datum.value, (datum.value == 0 ? '' : '+') + '{form}')")
    x = _x(alt, shown.slots)
    lines = [0.0] if shown.target is None else [0.0, shown.target]
    empty = _empty(alt, shown.slots, x, (low, high), lines)
    layers = [*empty, *_lines(alt, shown, y), *_estimates(alt, shown.slots, x, y)]
    return _drawn(alt, layers, shown.signs)


def groups_svg(shown: Groups) -> str:
    """Draw two groups beside each other as SVG text, from zero up."""
    import altair as alt

    seen = [n for slot in shown.slots for n in (slot.value, slot.other) if n is not None]
    top = round(max(seen, default=1.0) * 1.22 or 1.0, 6)
    y = _y(alt, (0.0, top), f"format(datum.value, '{number_format(top, is_share=False)}')")
    x = _x(alt, shown.slots)
    layers = [*_empty(alt, shown.slots, x, (0.0, top))]
    above = [slot.value is None or slot.other is None or slot.value >= slot.other for slot in shown.slots]
    treated = [(s.label, s.value, s.text, up) for s, up in zip(shown.slots, above, strict=True)]
    others = [
        (s.label, s.other, s.other_text, s.value is None or not up) for s, up in zip(shown.slots, above, strict=True)
    ]
    layers += _group(alt, others, x, y, is_filled=False)
    layers += _group(alt, treated, x, y, is_filled=True)
    layers += _names(alt, shown, y, top)
    return _drawn(alt, layers, shown.signs)


def owed_svg(owed: Owed, signs: Signs) -> str:
    """Draw a bar of what is owed in the frame of its cap, parted by period where each has added to it."""
    import altair as alt

    total = owed.after[-1][1] if owed.after else 0
    whole = owed.cap or max(total, 1)
    ends = [0, *(amount for _, amount in owed.after)]
    grows = all(later >= sooner for sooner, later in itertools.pairwise(ends))
    parts = list(zip(ends, ends[1:], [period for period, _ in owed.after], strict=False)) if grows else [(0, total, "")]
    scale = alt.Scale(domain=[0, whole], nice=False, clamp=True)
    x, x2 = alt.X("from:Q", scale=scale, axis=None), alt.X2("to:Q")
    rows: list[dict[str, Any]] = [
        {"from": start, "to": end, "middle": (start + end) / 2, "text": text}
        for start, end, text in parts
        if end > start
    ]
    wide = [row for row in rows if (row["to"] - row["from"]) / whole * _BAR_WIDTH >= _NARROWEST]
    frame = alt.Chart(rows_of(alt, [{"from": 0, "to": whole}])).encode(x=x, x2=x2)
    layers = [
        frame.mark_rect(color=FAINT),
        alt.Chart(rows_of(alt, rows)).mark_rect(color=SOFT, stroke="white", strokeWidth=1.5).encode(x=x, x2=x2),
        alt.Chart(rows_of(alt, wide))
        .mark_text(color="white", fontSize=13, fontWeight="bold", baseline="middle")
        .encode(x=alt.X("middle:Q", scale=scale, axis=None), text="text:N"),
        frame.mark_rect(filled=False, color=INK, strokeWidth=1.4),
    ]
    size = {"width": _BAR_WIDTH, "height": _BAR_HEIGHT, "padding": 2}
    return svg_of(alt.layer(*layers, **size, autosize=alt.AutoSizeParams(type="none")), signs)


def _drawn(alt: Any, layers: Layers, signs: Signs) -> str:
    size = {"width": WIDTH, "height": HEIGHT, "padding": _PADDING}
    return svg_of(alt.layer(*layers, **size, autosize=alt.AutoSizeParams(type="none")), signs)


def _x(alt: Any, slots: tuple[Slot, ...]) -> Any:
    labels = [slot.label for slot in slots]
    axis = alt.Axis(
        title=None, labelExpr="split(datum.label, '|')", labelAngle=0, labelFontSize=11, labelLineHeight=13,
        labelColor=INK, labelPadding=5, labelLimit=0, labelOverlap=False, ticks=False, domain=False,
    )  # fmt: skip
    scale = alt.Scale(domain=labels, paddingInner=0.06, paddingOuter=0)
    return alt.X("label:N", sort=labels, scale=scale, axis=axis)


def _y(alt: Any, ends: tuple[float, float], label: str) -> Any:
    axis = alt.Axis(
        title=None, labelExpr=label, labelFontSize=10, labelColor=SOFT, labelLimit=0, tickCount=3, ticks=False,
        domain=False, gridColor="#e3e6e8",
    )  # fmt: skip
    return alt.Y("value:Q", scale=alt.Scale(domain=list(ends), nice=False, zero=False), axis=axis)


def _empty(alt: Any, slots: tuple[Slot, ...], x: Any, ends: tuple[float, float], lines: Sequence[float] = ()) -> Layers:
    """A faint band with the reason for every slot in which something is missing: clear of lines, at the foot below a figure."""
    low, high = ends
    places = [low + (high - low) * share for share in (0.5, 0.75, 0.25, 0.87, 0.13)]
    free = max(places, key=lambda place: min((abs(place - line) for line in lines), default=0.0))
    rows = []
    for slot in slots:
        if slot.empty:
            is_bare = slot.value is None and slot.other is None
            rows.append(
                {"label": slot.label, "text": slot.empty, "value": free if is_bare else low + (high - low) * 0.1}
            )
    if not rows:
        return []
    base = alt.Chart(rows_of(alt, rows)).encode(x=x)
    text = base.mark_text(fontSize=10, color=SOFT, fontStyle="italic", lineBreak="|", lineHeight=12, baseline="middle")
    return [base.mark_rect(color=FAINT), text.encode(y="value:Q", text="text:N")]


def _lines(alt: Any, shown: Intervals, y: Any) -> Layers:
    """No effect as a solid line, the target as a dashed one, each named at its right end on its outer side."""
    downward = shown.target is not None and shown.target < 0
    lines = [(0.0, shown.zero_label, [1, 0], downward)]
    if shown.target is not None:
        lines.append((shown.target, shown.target_label, [5, 3], not downward))
    layers = []
    for value, label, dash, is_above in lines:
        base = alt.Chart(rows_of(alt, [{"value": value, "text": label}])).encode(y=y)
        layers.append(base.mark_rule(color=INK, strokeWidth=1.2, strokeDash=dash))
        text = base.mark_text(
            align="left", dx=5, dy=1 if is_above else -1, baseline="bottom" if is_above else "top", fontSize=11,
            color=INK, lineBreak="|", lineHeight=12,
        )  # fmt: skip
        layers.append(text.encode(x=alt.value(WIDTH), text="text:N"))
    return layers


def _estimates(alt: Any, slots: tuple[Slot, ...], x: Any, y: Any) -> Layers:
    """The interval as a capped rule, the estimate as a point, its number above."""
    rows = [
        {"label": s.label, "text": s.text, "value": s.value, "low": s.low, "high": s.high,
         "top": s.high if s.high is not None else s.value}
        for s in slots if s.value is not None
    ]  # fmt: skip
    within = [row for row in rows if row["low"] is not None and row["high"] is not None]
    limits = [{"label": row["label"], "value": row[end]} for row in within for end in ("low", "high")]
    above = alt.Chart(rows_of(alt, rows)).encode(x=x, y=alt.Y("top:Q"), text="text:N")
    type_: dict[str, Any] = {"dy": -5, "baseline": "bottom", "fontSize": 12, "fontWeight": "bold"}
    return [
        alt.Chart(rows_of(alt, within)).mark_rule(color=INK, strokeWidth=2).encode(x=x, y=alt.Y("low:Q"), y2="high:Q"),
        alt.Chart(rows_of(alt, limits)).mark_tick(color=INK, thickness=2, size=12, orient="horizontal").encode(x=x, y=y),
        alt.Chart(rows_of(alt, rows)).mark_point(shape="circle", size=70, filled=True, color=INK, opacity=1).encode(x=x, y=y),
        above.mark_text(**type_, color="white", stroke="white", strokeWidth=4, strokeJoin="round"),
        above.mark_text(**type_, color=INK),
    ]  # fmt: skip


def _group(alt: Any, rows: list[tuple[str, float | None, str, bool]], x: Any, y: Any, *, is_filled: bool) -> Layers:
    """A line with its points and numbers: filled and solid, or open and dashed; a number above or below its point."""
    shown = [
        {"label": label, "value": value, "text": text, "up": up} for label, value, text, up in rows if value is not None
    ]
    base = alt.Chart(rows_of(alt, shown)).encode(x=x, y=y)
    point: dict[str, Any] = {"shape": "circle", "size": 55, "filled": True, "opacity": 1, "strokeWidth": 1.8}
    layers = [
        base.mark_line(color=INK, strokeWidth=1.6, strokeDash=[1, 0] if is_filled else [4, 3]),
        base.mark_point(**point, color=INK if is_filled else "white", stroke=INK),
    ]
    for is_up in (True, False):
        text = alt.Chart(rows_of(alt, [row for row in shown if row["up"] is is_up])).mark_text(
            dy=-8 if is_up else 8, baseline="bottom" if is_up else "top", fontSize=11, color=INK,
            fontWeight="bold" if is_filled else "normal",
        )  # fmt: skip
        layers.append(text.encode(x=x, y=y, text="text:N"))
    return layers


def _names(alt: Any, shown: Groups, y: Any, top: float) -> Layers:
    """The name of each group at the end of its line; pushed apart where the lines end near each other."""
    ends: list[dict[str, Any]] = []
    for place, name in enumerate(shown.names):
        values = [(slot.value, slot.other)[place] for slot in shown.slots]
        last = next((value for value in reversed(values) if value is not None), None)
        if last is not None:
            ends.append({"text": name, "value": last, "bold": place == 0})
    least = top * 0.24
    if len(ends) == 2 and abs(ends[0]["value"] - ends[1]["value"]) < least:
        upper, lower = sorted(ends, key=lambda row: -row["value"])
        middle = max((upper["value"] + lower["value"]) / 2, least / 2)
        upper["value"], lower["value"] = round(middle + least / 2, 6), round(middle - least / 2, 6)
    layers = []
    for row in ends:
        text = alt.Chart(rows_of(alt, [row])).mark_text(
            align="left", dx=4, baseline="middle", fontSize=11, color=INK, lineBreak="|", lineHeight=12,
            fontWeight="bold" if row["bold"] else "normal",
        )  # fmt: skip
        layers.append(text.encode(x=alt.value(WIDTH), y=y, text="text:N"))
    return layers
