"""A small contract and small tables of persons, written so that a test can be read beside its expected rows.

The contract: four followed periods from July 2020, one baseline year before, two waves, area `north` treated, `south`
and `west` for comparison; of age at 60 or on benefit 783, half a year's residence, nobody in a care home.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from maalbar import definitions
from maalbar.contract import Contract
from maalbar.contract.checks import faults
from maalbar.drawn import draw
from maalbar.tables import TABLES

TO_FUND = ({"payer": "region", "recipient": "fund", "share": "100 %"},)


def rows(table: str, text: str) -> pa.Table:
    """A canonical table from a drawing of it, as `maalbar.drawn` reads it."""
    return draw(TABLES[table], text)


def pro_rata(
    maximum: int, target: str = "10 %", payments: Sequence[Mapping[str, str]] = TO_FUND, **changed: Any
) -> dict[str, Any]:
    """An outcome paid in proportion to a target; `maximum` in kroner."""
    contrast, better = ("ratio", "lower") if target.endswith("%") else ("difference", "higher")
    price = {"kind": "pro_rata", "target": target, "maximum": f"{maximum} DKK", "source": "illustrative"}
    return outcome(price=price, contrast=contrast, better=better, payments=list(payments)) | changed


def rate_card(
    amount: int | str, maximum: int | None = None, payments: Sequence[Mapping[str, str]] = TO_FUND
) -> dict[str, Any]:
    """An outcome paid by the piece; amounts in kroner."""
    price = {"kind": "rate_card", "amount": f"{amount} DKK", "counts": "other", "source": "illustrative"}
    price |= {"maximum": f"{maximum} DKK"} if maximum else {}
    return outcome(
        indicator="action_plans@1",
        price=price,
        estimator="count",
        contrast=None,
        better="higher",
        payments=list(payments),
    )


def unpaid(indicator: str, contrast: str = "ratio") -> dict[str, Any]:
    """An outcome that is measured and shown, better in the direction of its definition; falling where it may be either."""
    return outcome(indicator=indicator, contrast=contrast, better=definitions.indicator(indicator).better or "lower")


def outcome(**given: Any) -> dict[str, Any]:
    """Any outcome: acute contacts, unpaid, where nothing else is said."""
    return {
        "title": {"da": "Udfald", "en": "Outcome"},
        "indicator": "acute_hospital_contacts@1",
        "estimator": "difference_in_differences",
        "contrast": "ratio",
        "better": "lower",
        "price": {"kind": "none", "source": "illustrative"},
        "payments": [],
        "source": "illustrative",
    } | given


def cap(maximum: int, payer: str | None = None, recipient: str | None = None) -> dict[str, Any]:
    """A cap in kroner: on a pair, a payer, or the whole contract."""
    scope = {"payer": payer, "recipient": recipient}
    return {"maximum": f"{maximum} DKK", "source": "illustrative"} | {k: v for k, v in scope.items() if v}


def share(payer: str, part: str, recipient: str = "fund") -> dict[str, str]:
    return {"payer": payer, "recipient": recipient, "share": part}


def small_contract(
    outcomes: Mapping[str, Mapping[str, Any]] | None = None,
    caps: Sequence[Mapping[str, Any]] = (),
    *,
    periods: int = 4,
    basis: str = "cumulative",
    floor: str | None = None,
    premium: str | Mapping[str, Any] = "0 %",
    eligibility: Mapping[str, Any] | None = None,
    own_units: Sequence[str] = (),
    min_events: int = 10,
    small_cell: int = 5,
) -> Contract:
    """The contract described above, with these terms. Sound by the checks of every contract."""
    windows = [(str(number), f"{2019 + number}-07-01", f"{2020 + number}-07-01") for number in range(periods + 1)]
    party = {"source": "illustrative", "approvers": []}
    answering = {
        name: party
        | {
            "name": name.title(),
            "roles": [role],
            "approvers": [{"user": f"{name}-yes", "name": name.title(), "authority": "board"}],
        }
        for name, role in {"region": "payer", "town": "payer", "fund": "investor", "bank": "investor"}.items()
    }
    rule = {"min_age": "60", "benefit_codes": ["783"], "residence_months": "6", "care_home_residents": "excluded"}
    ill = {"source": "illustrative"}
    found = Contract.model_validate(
        {
            "schema": "maalbar/1",
            "id": "small",
            "name": "Small",
            "summary": "A contract for tests.",
            "sources": {},
            "status": ill | {"state": "signed", "body": "board", "dated": "2020-01-01", "terms": "agreed"},
            "parties": answering | {"institute": party | {"name": "Institute", "roles": ["evaluator"]}},
            "calendar": ill
            | {
                "timezone": "Europe/Copenhagen",
                "periods": [
                    {
                        "id": i,
                        "from": a,
                        "to": b,
                        "run_after": f"{b[:4]}-10-15",
                        "data_due": f"{b[:4]}-10-31",
                        "pay_by": f"{b[:4]}-12-15",
                    }
                    for i, a, b in windows
                ],
            },
            "baseline": ill | {"windows": [{"id": "b1", "from": "2019-07-01", "to": "2020-07-01"}]},
            "cohort": ill
            | {
                "kind": "waves",
                "waves": [{"id": "w1", "entry": "2020-07-01"}, {"id": "w2", "entry": "2021-07-01"}],
                "eligibility": ill | (rule if eligibility is None else dict(eligibility)),
                "arms": {"treated": ill | {"areas": ["north"]}, "comparison": ill | {"areas": ["south", "west"]}},
                "own_units": list(own_units),
            },
            "quality": ill
            | {
                "min_events": str(min_events),
                "max_quarantined": "1 %",
                "min_response": "40 %",
                "max_response_gap": "10 %",
                "small_cell": str(small_cell),
            },
            "deliveries": {name: _delivery(name, table, sector) for name, table, sector in SOURCES},
            "outcomes": outcomes or {"acute": pro_rata(1_000)},
            "terms": ill
            | {
                "currency": "DKK",
                "basis": basis,
                "floor": floor or ("running_total" if basis == "cumulative" else "each_period"),
                "uncertainty": "point_estimate",
                "negative_difference": "claw_back",
                "premium": ill | ({"rate": premium} if isinstance(premium, str) else dict(premium)),
                "caps": list(caps),
                "capital": ill | {"drawdowns": []},
            },
        }
    )
    assert faults(found) == []
    return found


SOURCES = (
    ("population", "population", None),
    ("hospital", "contacts", "hospital"),
    ("doctors", "contacts", "primary"),
    ("benefits", "benefits", None),
    ("services", "services", None),
    ("surveys", "surveys", None),
    ("claims", "claims", None),
)


def _delivery(name: str, table: str, sector: str | None) -> dict[str, Any]:
    return {
        "table": table,
        "register_name": name,
        "sender": "institute",
        # Each canonical column comes from a column of its own name: what these tests are about begins after intake.
        "columns": {column: column.upper() for column in TABLES[table].columns if not (column == "sector" and sector)},
        "constants": {"sector": sector} if sector else {},
        "legal_basis": "consent",
        "controller": "institute",
        "permission": {"reference": "p-1", "expires": "2030-12-31"},
        "source": "illustrative",
    }
