"""The small tables that steps join: the rules and dates of a contract, and what one step hands to the next.

Everything a step of `sql/` reads is either a canonical table (`maalbar.tables`) or one of these; whoever builds one, and
whoever draws one for a test, takes its columns from here.
"""

from __future__ import annotations

from maalbar.tables import TABLES, Column, Table

_TEXT, _DATE, _FLAG, _WHOLE, _HUNDREDTHS = (
    Column("text"),
    Column("date"),
    Column("flag"),
    Column("integer"),
    Column("hundredths"),
)
_PERSON_WINDOW = {"person_id": _TEXT, "arm": _TEXT, "window_id": _TEXT, "phase": _TEXT}

JOINED: dict[str, Table] = {
    table.name: table
    for table in (
        # the contract's dates and areas
        Table(
            "windows",
            {"window_id": _TEXT, "start_on": _DATE, "end_on": _DATE, "phase": _TEXT},
            key=("window_id",),
        ),
        Table(
            "waves",
            {
                "wave_id": _TEXT,
                "entry_on": _DATE,
                "resident_since": _DATE,
                "born_until": _DATE,
                "index_week": _DATE,
                "takes_care_home": _FLAG,
            },
            key=("wave_id",),
        ),
        Table("weeks", {"monday": _DATE}, key=("monday",)),
        Table("arms", {"area": _TEXT, "arm": _TEXT}, key=("area",)),
        Table("arm_values", {"arm_value": _TEXT, "arm": _TEXT}, key=("arm_value",)),
        Table("benefit_codes", {"code": _TEXT}, key=("code",)),
        Table("own_units", {"unit": _TEXT}, key=("unit",)),
        # the rules of its indicators, one row per accepted combination of codes; `*` is any
        Table(
            "contact_rules",
            {
                "indicator": _TEXT,
                "sector": _TEXT,
                "priority": _TEXT,
                "form": _TEXT,
                "specialty": _TEXT,
                "min_minutes": _WHOLE,
                "under_minutes": _WHOLE,
                "excludes_own_units": _FLAG,
            },
            key=("indicator", "priority", "form", "specialty"),
        ),
        Table("service_rules", {"indicator": _TEXT, "service": _TEXT}, key=("indicator", "service")),
        Table("self_support_rules", {"indicator": _TEXT, "is_self_support": _FLAG}, key=("indicator",)),
        Table("benefit_rules", {"indicator": _TEXT, "code": _TEXT}, key=("indicator", "code")),
        Table("claim_rules", {"indicator": _TEXT, "outcome": _TEXT}, key=("indicator", "outcome")),
        Table("count_rules", {"indicator": _TEXT, "measure": _TEXT}, key=("indicator", "measure")),
        Table("scales", {"scale": _TEXT}, key=("scale",)),
        Table("indicators", {"indicator": _TEXT, "is_counted": _FLAG}, key=("indicator",)),
        # what one step hands to the next
        Table(
            "cohort",
            {
                "person_id": _TEXT,
                "arm": _TEXT,
                "wave_id": _TEXT,
                "entry_on": _DATE,
                "area": _TEXT,
                "municipality": Column("text", nullable=True),
                "sex": _TEXT,
                "birth_month": _DATE,
                "has_benefit": _FLAG,
                "age": _WHOLE,
            },
            key=("person_id",),
        ),
        Table(
            "person_time",
            {
                "person_id": _TEXT,
                "arm": _TEXT,
                "entry_on": _DATE,
                "window_id": _TEXT,
                "phase": _TEXT,
                "span": _WHOLE,
                "from_on": _DATE,
                "to_on": _DATE,
                "person_days": _WHOLE,
                "is_death": _FLAG,
                "is_exit": _FLAG,
            },
            key=("person_id", "window_id", "span"),
        ),
        Table(
            "event_sums",
            {"person_id": _TEXT, "window_id": _TEXT, "indicator": _TEXT, "quantity": _HUNDREDTHS},
            key=("person_id", "window_id", "indicator"),
        ),
        Table(
            "observations",
            _PERSON_WINDOW | {"indicator": _TEXT, "person_days": _WHOLE, "quantity": _HUNDREDTHS},
            key=("person_id", "window_id", "indicator"),
        ),
    )
}


def readable() -> dict[str, Table]:
    """Every table that a step may read, by name."""
    return TABLES | JOINED
