"""The forest plot: one effect as it comes out in several ways, each with its interval, below each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from maalbar.documents.drawing import INK, SOFT, Signs, domain, number_format, rows_of, svg_of

WIDTH, ROW = 240, 26
_PADDING = {"left": 268, "right": 174, "top": 34, "bottom": 26}
_ROOM = 0.06
LONGEST = 46
"""Letters of a label that there is room for."""


@dataclass(frozen=True)
class Bar:
    """One way: its label on one line, the estimate with its limits, and the text that stands at its right."""

    label: str
    text: str
    value: float
    low: float | None
    high: float | None
    is_main: bool = False


@dataclass(frozen=True)
class Forest:
    """What the plot shows. `is_share`: the axis is in percent."""

    bars: tuple[Bar, ...]
    zero_label: str
    target: float | None
    target_label: str
    is_share: bool
    signs: Signs


def forest_svg(forest: Forest) -> str:
    """Draw the plot as SVG text."""
    import altair as alt

    seen = [0.0, *([forest.target] if forest.target is not None else [])]
    for bar in forest.bars:
        seen += [number for number in (bar.value, bar.low, bar.high) if number is not None]
    low, high = domain(seen, _ROOM)
    order = [bar.label for bar in forest.bars]
    y = alt.Y("label:N", sort=order, scale=alt.Scale(domain=order, padding=0), axis=_labels(alt))
    x = alt.X(
        "value:Q", scale=alt.Scale(domain=[low, high], nice=False, zero=False), axis=_axis(alt, forest, high - low)
    )
    chart = alt.layer(
        *_reference_layers(alt, forest, x),
        *_bar_layers(alt, forest, x, y),
        width=WIDTH,
        height=ROW * len(order),
        padding=_PADDING,
        autosize=alt.AutoSizeParams(type="none"),
    )
    return svg_of(chart, forest.signs)


def _labels(alt: Any) -> Any:
    return alt.Axis(
        title=None,
        labelFontSize=11,
        labelColor=INK,
        labelAlign="left",
        labelPadding=258,
        labelLimit=0,
        labelOverlap=False,
        ticks=False,
        domain=False,
    )


def _axis(alt: Any, forest: Forest, length: float) -> Any:
    form = number_format(length, is_share=forest.is_share)
    return alt.Axis(
        title=None,
        labelExpr=f"format(datum.value, (datum.value == 0 ? '' : '+') + '{form}')",
        labelFontSize=11,
        labelColor=SOFT,
        labelLimit=0,
        tickCount=5,
        ticks=False,
        domain=False,
        gridColor="#e3e6e8",
    )


def _reference_layers(alt: Any, forest: Forest, x: Any) -> list[Any]:
    """No effect as a solid line, the target as a dashed one, each named at its upper end on its outer side."""
    leftward = forest.target is not None and forest.target < 0
    lines = [(0.0, forest.zero_label, [1, 0], not leftward)]
    if forest.target is not None:
        lines.append((forest.target, forest.target_label, [6, 4], leftward))
    layers = []
    for value, label, dash, is_left in lines:
        base = alt.Chart(rows_of(alt, [{"value": value, "text": label}])).encode(x=x)
        layers.append(base.mark_rule(color=INK, strokeWidth=1.2, strokeDash=dash))
        text = base.mark_text(
            align="right" if is_left else "left",
            dx=-3 if is_left else 3,
            dy=-6,
            baseline="bottom",
            fontSize=11,
            color=INK,
        )
        layers.append(text.encode(y=alt.value(0), text="text:N"))
    return layers


def _bar_layers(alt: Any, forest: Forest, x: Any, y: Any) -> list[Any]:
    """The interval as a capped rule, the estimate as a point (filled for the main result), its numbers at the right."""
    rows = [
        {"label": b.label, "text": b.text, "value": b.value, "low": b.low, "high": b.high, "main": b.is_main}
        for b in forest.bars
    ]
    within = [row for row in rows if row["low"] is not None and row["high"] is not None]
    limits = [{"label": row["label"], "value": row[end]} for row in within for end in ("low", "high")]
    point: dict[str, Any] = {"shape": "circle", "size": 70, "color": INK, "opacity": 1, "strokeWidth": 2}
    main, others = ([row for row in rows if row["main"] is is_main] for is_main in (True, False))
    layers = [
        alt.Chart(rows_of(alt, within))
        .mark_rule(color=INK, strokeWidth=1.6)
        .encode(y=y, x=alt.X("low:Q"), x2="high:Q"),
        alt.Chart(rows_of(alt, limits)).mark_tick(color=INK, thickness=1.6, size=9, orient="vertical").encode(x=x, y=y),
        alt.Chart(rows_of(alt, main)).mark_point(**point, filled=True).encode(x=x, y=y),
        alt.Chart(rows_of(alt, others)).mark_point(**point, fill="white").encode(x=x, y=y),
    ]
    for chosen, weight in ((main, "bold"), (others, "normal")):
        text = alt.Chart(rows_of(alt, chosen)).mark_text(
            align="left", dx=12, baseline="middle", fontSize=11, color=INK, fontWeight=weight
        )
        layers.append(text.encode(y=y, x=alt.value(WIDTH), text="text:N"))
    return layers
