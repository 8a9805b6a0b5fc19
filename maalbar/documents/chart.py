"""The chart of a statement: one outcome, period by period, with its interval against the target and no effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from maalbar.documents.drawing import FAINT, INK, SOFT, Signs, domain, number_format, rows_of, svg_of

WIDTH, HEIGHT = 520, 220
_PADDING = {"left": 58, "right": 104, "top": 30, "bottom": 42}
_ROOM = 0.08


@dataclass(frozen=True)
class Slot:
    """One period: its label (lines parted by `|`), its estimate and limits, and the text that stands beside it.

    An empty slot has no value; its text says why.
    """

    label: str
    text: str
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Course:
    """What the chart shows. `is_share`: the axis is in percent."""

    slots: tuple[Slot, ...]
    axis_title: str
    zero_label: str
    target: float | None
    target_label: str
    is_share: bool
    signs: Signs


def course_svg(course: Course) -> str:
    """Draw the chart as SVG text."""
    import altair as alt

    low, high = _domain(course)
    slots = [slot.label for slot in course.slots]
    x = alt.X(
        "label:N",
        sort=slots,
        scale=alt.Scale(domain=slots, paddingInner=0.06, paddingOuter=0),
        axis=_x_axis(alt),
    )
    y = alt.Y(
        "value:Q",
        scale=alt.Scale(domain=[low, high], nice=False, zero=False),
        axis=_y_axis(alt, course, high - low),
    )
    layers = [
        *_empty_layers(alt, course, x, (low, high)),
        *_reference_layers(alt, course, y),
        *_measured_layers(alt, course, x, y),
    ]
    chart = alt.layer(*layers, width=WIDTH, height=HEIGHT, padding=_PADDING, autosize=alt.AutoSizeParams(type="none"))
    return svg_of(chart, course.signs)


def _domain(course: Course) -> tuple[float, float]:
    seen = [0.0, *([course.target] if course.target is not None else [])]
    for slot in course.slots:
        seen += [number for number in (slot.value, slot.low, slot.high) if number is not None]
    return domain(seen, _ROOM)


def _x_axis(alt: Any) -> Any:
    return alt.Axis(
        title=None,
        labelExpr="split(datum.label, '|')",
        labelAngle=0,
        labelFontSize=11,
        labelLineHeight=14,
        labelColor=INK,
        labelPadding=6,
        labelLimit=0,
        labelOverlap=False,
        ticks=False,
        domain=False,
    )


def _y_axis(alt: Any, course: Course, height: float) -> Any:
    form = number_format(height, is_share=course.is_share)
    return alt.Axis(
        title=course.axis_title,
        titleAngle=0,
        titleAlign="left",
        titleAnchor="end",
        titleX=-50,
        titleY=-16,
        titleFontSize=11,
        titleFontWeight="normal",
        titleColor=SOFT,
        labelExpr=f"format(datum.value, (datum.value == 0 ? '' : '+') + '{form}')",
        labelFontSize=11,
        labelColor=SOFT,
        labelLimit=0,
        tickCount=5,
        ticks=False,
        domain=False,
        gridColor="#e3e6e8",
    )


def _empty_layers(alt: Any, course: Course, x: Any, domain: tuple[float, float]) -> list[Any]:
    """A faint band with its reason for every period without a figure."""
    height = _free_height(course, domain)
    rows = [{"label": slot.label, "text": slot.text, "value": height} for slot in course.slots if slot.value is None]
    if not rows:
        return []
    base = alt.Chart(rows_of(alt, rows)).encode(x=x)
    text = base.mark_text(fontSize=11, color=SOFT, fontStyle="italic", lineBreak="|", lineHeight=13, baseline="middle")
    return [base.mark_rect(color=FAINT), text.encode(y="value:Q", text="text:N")]


def _free_height(course: Course, domain: tuple[float, float]) -> float:
    """Where the reason of an empty slot stands clear of both lines."""
    low, high = domain
    lines = [0.0] if course.target is None else [0.0, course.target]
    places = [low + (high - low) * share for share in (0.5, 0.75, 0.25, 0.88, 0.12)]
    return max(places, key=lambda place: min(abs(place - line) for line in lines))


def _reference_layers(alt: Any, course: Course, y: Any) -> list[Any]:
    """No effect as a solid line, the target as a dashed one, each named at its right end on its outer side."""
    downward = course.target is not None and course.target < 0
    lines = [(0.0, course.zero_label, [1, 0], downward)]
    if course.target is not None:
        lines.append((course.target, course.target_label, [6, 4], not downward))
    layers = []
    for value, label, dash, above in lines:
        base = alt.Chart(rows_of(alt, [{"value": value, "text": label}])).encode(y=y)
        layers.append(base.mark_rule(color=INK, strokeWidth=1.2, strokeDash=dash))
        text = base.mark_text(
            align="left",
            dx=7,
            dy=-5 if above else 6,
            baseline="bottom" if above else "top",
            fontSize=11,
            color=INK,
            lineBreak="|",
        )
        layers.append(text.encode(x=alt.value(WIDTH), text="text:N"))
    return layers


def _measured_layers(alt: Any, course: Course, x: Any, y: Any) -> list[Any]:
    """The interval as a capped rule, the estimate as a point with its number beside it."""
    measured = [slot for slot in course.slots if slot.value is not None]
    rows = [{"label": s.label, "text": s.text, "value": s.value, "low": s.low, "high": s.high} for s in measured]
    limits = [{"label": s.label, "value": limit} for s in measured for limit in (s.low, s.high) if limit is not None]
    within = [row for row in rows if row["low"] is not None and row["high"] is not None]
    bars = alt.Chart(rows_of(alt, within)).mark_rule(color=INK, strokeWidth=2)
    caps = alt.Chart(rows_of(alt, limits)).mark_tick(color=INK, thickness=2, size=14, orient="horizontal")
    points = alt.Chart(rows_of(alt, rows)).mark_point(shape="circle", size=90, filled=True, color=INK, opacity=1)
    beside = alt.Chart(rows_of(alt, rows)).encode(x=x, y=y, text="text:N")
    type_: dict[str, Any] = {
        "align": "left",
        "dx": 10,
        "baseline": "middle",
        "fontSize": 13,
        "fontWeight": "bold",
    }
    return [
        bars.encode(x=x, y=alt.Y("low:Q"), y2="high:Q"),
        caps.encode(x=x, y=y),
        points.encode(x=x, y=y),
        beside.mark_text(**type_, color="white", stroke="white", strokeWidth=5, strokeJoin="round"),
        beside.mark_text(**type_, color=INK),
    ]
