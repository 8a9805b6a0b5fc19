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
_STAY_RULES = {
    "indicator": _TEXT,
    "stays": _TEXT,
    "min_minutes": _WHOLE,
    "takes_acute": _FLAG,
    "takes_planned": _FLAG,
}
_STAY = {
    "person_id": _TEXT,
    "contact_id": _TEXT,
    "started_minute": _WHOLE,
    "ended_minute": _WHOLE,
    "started_on": _DATE,
    "ended_on": _DATE,
    "is_acute": _FLAG,
    "contacts": _WHOLE,
    "open_contacts": _WHOLE,
}
_ENTRANT = {
    "person_id": _TEXT,
    "arm": _TEXT,
    "wave_id": _TEXT,
    "entry_on": _DATE,
    "area": _TEXT,
    "municipality": Column("text", nullable=True),
    "sex": _TEXT,
    "birth_month": _DATE,
    "has_benefit": _FLAG,
}
"""Who enters, and what is known of them on that day."""
_CANDIDATES = _ENTRANT | {"excluded_by": Column("text", nullable=True)}

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
                "least_use": _WHOLE,
            },
            key=("wave_id",),
        ),
        Table("lookbacks", {"wave_id": _TEXT, "start_on": _DATE, "end_on": _DATE}, key=("wave_id",)),
        Table("pension_days", {"birth_month": _DATE, "pension_on": _DATE}, key=("birth_month",)),
        Table("last_days", {"died_on": _DATE, "from_on": _DATE}, key=("died_on",)),
        Table("weeks", {"monday": _DATE}, key=("monday",)),
        Table("arms", {"area": _TEXT, "arm": _TEXT, "start_on": _DATE, "end_on": _DATE}, key=("area", "start_on")),
        Table("arm_values", {"arm_value": _TEXT, "arm": _TEXT}, key=("arm_value",)),
        Table("benefit_codes", {"code": _TEXT}, key=("code",)),
        Table("censor_rules", {"reason": _TEXT}, key=("reason",)),
        Table("own_units", {"unit": _TEXT}, key=("unit",)),
        Table("left_out_units", {"unit": _TEXT}, key=("unit",)),
        Table(
            "priced_windows",
            {"piece_id": _TEXT, "window_id": _TEXT, "from_on": _DATE, "to_on": _DATE, "is_last": _FLAG},
            key=("piece_id",),
        ),
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
        Table("week_rules", {"indicator": _TEXT, "weeks": _TEXT}, key=("indicator",)),
        Table("benefit_rules", {"indicator": _TEXT, "code": _TEXT}, key=("indicator", "code")),
        Table("claim_rules", {"indicator": _TEXT, "outcome": _TEXT}, key=("indicator", "outcome")),
        Table("count_rules", {"indicator": _TEXT, "measure": _TEXT}, key=("indicator", "measure")),
        Table("stay_rules", _STAY_RULES, key=("indicator",)),
        Table("bed_day_rules", _STAY_RULES | {"is_split": _FLAG}, key=("indicator",)),
        Table(
            "stay_forms",
            {"sector": _TEXT, "form": _TEXT, "acute_priority": _TEXT, "takes_open": _FLAG},
            key=("sector", "form"),
        ),
        Table("stay_gaps", {"max_gap_minutes": _WHOLE}, key=("max_gap_minutes",)),
        Table(
            "readmission_rules",
            {"min_minutes": _WHOLE, "after_minutes": _WHOLE, "within_minutes": _WHOLE},
            key=("min_minutes",),
        ),
        Table(
            "readmission_windows",
            {"indicator": _TEXT, "window_id": _TEXT, "is_dated_by_index": _FLAG, "index_end_on": _DATE},
            key=("indicator", "window_id"),
        ),
        Table(
            "cost_rates",
            {"indicator": _TEXT, "part": _TEXT, "window_id": _TEXT, "piece_id": _TEXT, "amount": _WHOLE},
            key=("indicator", "part", "piece_id"),
        ),
        Table("scales", {"scale": _TEXT, "lowest": _WHOLE, "highest": _WHOLE, "min_items": _WHOLE}, key=("scale",)),
        Table("scale_items", {"scale": _TEXT, "item": _TEXT}, key=("scale", "item")),
        Table("indicators", {"indicator": _TEXT, "is_counted": _FLAG}, key=("indicator",)),
        # what one step hands to the next
        Table("candidates", _CANDIDATES, key=("person_id", "wave_id")),
        Table("earlier_use", {"person_id": _TEXT, "wave_id": _TEXT, "quantity": _WHOLE}, key=("person_id", "wave_id")),
        Table("known_before", {"person_id": _TEXT, "wave_id": _TEXT}, key=("person_id", "wave_id")),
        Table("endings", {"person_id": _TEXT, "reason": _TEXT, "ends_on": _DATE}, key=("person_id", "reason")),
        Table("deaths", {"person_id": _TEXT, "died_on": _DATE}, key=("person_id",)),
        Table("stay_contacts", _STAY, key=("person_id", "contact_id")),
        Table("stays", {"stays": _TEXT} | _STAY, key=("person_id", "contact_id")),
        Table(
            "readmissions",
            {"person_id": _TEXT, "indicator": _TEXT, "discharged_on": _DATE, "readmitted_on": _DATE},
            key=("person_id", "indicator", "discharged_on"),
        ),
        Table(
            "cohort",
            _ENTRANT | {"age": _WHOLE},
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
