"""What a bundle says: results that may leave the room, and the passport of what they were made from."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt

from maalbar.contract.values import Identifier

SCHEMA = "maalbar-bundle/1"
WITHHELD: Literal["withheld"] = "withheld"
"""The marker in the place of a count of few persons, and of what would tell it. Never 0, and no number."""

Word = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Sha = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Number = Annotated[str, Field(pattern=r"^-?[0-9]{1,24}(\.[0-9]{1,12})?$")]
"""An exact number, as text."""
Whole = Annotated[StrictInt, Field(ge=0, le=10**15)]
Told = Whole | Literal["withheld"]
Arm = Literal["treated", "comparison"]
Some = Annotated[StrictInt, Field(ge=-(10**15), le=10**15)]
Shown = StrictBool | Some | Word | None


class Part(BaseModel):
    """A part of a bundle: what it may hold is listed, and nothing else is let in or out."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Value(Part):
    """A cell of the figures behind the effects. Where it is of few persons, `withheld` stands for every figure of it."""

    outcome: Word
    window_id: Word
    arm: Arm
    persons: Told
    person_years: Number | Literal["withheld"]
    quantity: Number | Literal["withheld"]
    value: Number | Literal["withheld"] | None
    invited: Told | None
    low: Number | None
    high: Number | None
    standardised: Number | None
    standardised_low: Number | None
    standardised_high: Number | None
    standardised_refused: Word | None


class Effect(Part):
    """An outcome on one basis: what is paid on, and so always exact."""

    outcome: Word
    basis: Literal["period", "cumulative"]
    change: Number | None
    standard_error: Number | None
    low: Number | None
    high: Number | None
    p_value: Number | None
    detectable: Number | None
    improvement: Number | None
    units: Some | None
    not_measurable: Word | None
    estimator: Word | None
    clusters: Word | None
    is_approximate: StrictBool | None
    is_significant: StrictBool | None
    power: Number | None


class Finding(Part):
    """What was found when an effect was looked at; of another estimator the figures that the terms may fall back on."""

    outcome: Annotated[str, Field(max_length=200)]
    basis: Literal["", "period", "cumulative"]
    name: Word
    verdict: Literal["held", "broken", "untested", "shown"]
    figures: dict[Word, Shown]


class Cohort(Part):
    """Who was followed, in counts. `deaths` and `person_days`: of each arm in all followed periods so far.

    `seen`: outcome → basis → units that were seen of the treated, where their cells are withheld and savings rest on the sum.
    """

    kind: Word
    windows: list[dict[Word, Whole | Word]]
    members: dict[Arm, Told] | None = None
    areas: dict[Arm, Whole] | None = None
    attrition: list[dict[Word, Whole | Word]] | None = None
    deaths: dict[Arm, Told] | None = None
    person_days: dict[Arm, Whole] | None = None
    seen: dict[Word, dict[Literal["period", "cumulative"], Number]] | None = None


class Results(Part):
    """The results as they may leave. `digest`: over these, as `measured.result_digest` is.

    No digest covers what is withheld: the few counts that a marker may stand for could be tried one by one against it.
    """

    values: list[Value]
    effects: list[Effect]
    diagnostics: list[Finding]
    cohort: Cohort
    digest: Sha


class Input(Part):
    """A delivery that lies in the measuring room: its name, its hash, and the account of its rows."""

    source: Identifier
    delivery_id: Word
    as_of: Day
    sha256: Sha
    rows: dict[Identifier, Told]


class Passport(Part):
    """What the results were made from, by what, and what was known then.

    `terms_digest`: of the contract file when the inputs were frozen. `inputs`: source → delivery, or null where none had come.
    """

    terms_digest: Sha
    basis_digest: Sha
    code_version: Word
    lock_sha256: Sha
    as_known_at: Day
    definitions: dict[Word, Sha]
    inputs: dict[Identifier, Word | None]
    deliveries: list[Input]


class Bundle(Part):
    """Everything that leaves the measuring room for one revision of one period.

    `terms_digest`: of the contract file in the measuring room when the bundle was written. `told_exactly`: outcomes of which
    a number of few persons is told all the same, because it is what is paid on.
    """

    schema_: Annotated[Literal["maalbar-bundle/1"], Field(alias="schema")]
    contract: Identifier
    period: Word
    revision: Annotated[StrictInt, Field(ge=1, le=10**6)]
    terms_digest: Sha
    small_cell: Whole
    told_exactly: list[Word]
    passport: Passport
    results: Results

    @property
    def measurement_id(self) -> str:
        return f"{self.contract}|{self.period}|r{self.revision}"

    def said(self) -> dict[str, Any]:
        """Plain data for JSON; what is left out of the cohort is not there."""
        told = self.model_dump(by_alias=True)
        told["results"]["cohort"] = self.results.cohort.model_dump(exclude_none=True)
        return told
