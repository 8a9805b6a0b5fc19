"""Lateness: whether the time that a contract gives its registers is the time that they have been seen to need."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Connection, select

from maalbar.contract import Contract
from maalbar.database import transaction
from maalbar.schema import delivery, delivery_figure
from transforms.history.figures import Figures, month_of
from transforms.history.late import registered


def notes(contract: Contract) -> list[str]:
    """One line for each source whose last month would not be there in full by `data_due`. Only stored figures are asked."""
    found = []
    with transaction() as connection:
        for source in contract.deliveries:
            parts = _registered(connection, contract, source)
            found += _note(contract, source, parts) if parts else []
    return found


def _note(contract: Contract, source: str, parts: dict[int, float]) -> list[str]:
    complete = float(contract.quality.min_complete)
    full_at = next((lag for lag in sorted(parts) if parts[lag] >= complete), None)
    least = full_at if full_at is not None else max(parts) + 1
    near = [
        period.id
        for period in contract.calendar.periods
        if month_of(period.data_due) - month_of(period.end - timedelta(days=1)) < least
    ]
    if not near:
        return []
    needed = f"{full_at} months" if full_at is not None else f"more than {max(parts)} months"
    return [
        f"{source}: `data_due` comes too early for period {', '.join(near)}: a month has needed {needed} to be "
        f"{complete * 100:.0f} % registered; let `data_due` and `run_after` leave more time"
    ]


def _registered(connection: Connection, contract: Contract, source: str) -> dict[int, float]:
    """Lag in months → part that was there by then, from the two newest days that figures are kept of."""
    d = delivery.c
    kept = (
        select(d.as_of, delivery_figure.c.figures)
        .join(delivery_figure, delivery_figure.c.delivery_id == d.delivery_id)
        .where(d.contract == contract.id, d.source == source)
        .order_by(d.as_of, d.sequence)
    )
    by_day: dict[date, Figures] = {as_of: Figures.read(as_of, said) for as_of, said in connection.execute(kept)}
    if len(by_day) < 2:
        return {}
    *_, earlier, now = (by_day[day] for day in sorted(by_day))
    return registered(earlier, now)
