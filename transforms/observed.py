"""Observed: the rows of every outcome, under the rule of follow-up that it asks for. Each rule is followed once.

A rule is what ends a person's time besides death and emigration, and how many of the last days of life are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import pandas as pd

from maalbar import definitions
from maalbar.contract import Contract
from maalbar.contract.outcomes import Outcome
from maalbar.definitions import SurveyIndicator
from transforms import indicators, nonresponse, standard_population, windows
from transforms.cohort import follow, historical
from transforms.followed import Followed, Tables
from transforms.scales import part_of

Rule = tuple[tuple[str, ...], int]
KNOWN_AT_ENTRY = ["area", "wave_id", "age", "sex", "has_benefit", "stratum"]
SCORES = ["person_id", "arm", "window_id", "phase", "indicator", "score"]


class Observed:
    """What a cohort followed in time had, or what the cross-sections of an open one were counted to have.

    Rows have person_id, arm, window_id, phase, quantity (in the indicator's unit), person_days and exposure (person-years), and
    of a followed cohort what was known of the person on the day of entry: `KNOWN_AT_ENTRY`.
    """

    def __init__(self, contract: Contract, tables: Tables, through: str) -> None:
        self.contract, self.tables, self.through = contract, tables, through
        self.is_open = contract.cohort.kind == "open"
        self._followed: dict[Rule, Followed] = {}
        self._rows: dict[Rule, pd.DataFrame] = {}
        self._past: dict[Rule, tuple[Followed, pd.DataFrame]] = {}

    @cached_property
    def followed(self) -> Followed:
        """The cohort by the contract's own rule: nothing but death and emigration ends the time of anybody."""
        return self._under(((), 0))

    def rows(self, outcome: Outcome, *, without: tuple[str, ...] = (), last_days: int = 0) -> pd.DataFrame:
        """The person-windows of a counted outcome. `without`: what else ends a person's time than the outcome itself says."""
        if self.is_open:
            return self._of(self.counted, outcome.indicator)
        rule = _rule(outcome, without, last_days)
        if rule not in self._rows:
            refs = sorted({o.indicator for o in self._counted_outcomes if _may_be_under(o, rule)})
            found = indicators.observe(self.contract, self.tables, self._under(rule), self.through, refs)
            self._rows[rule] = self.known(self._exposed(found.to_pandas()))
        return self._of(self._rows[rule], outcome.indicator)

    def units(self, outcome: Outcome, after: Sequence[str]) -> int:
        """The whole units that the treated had in those windows: parts of units are summed as stored, and then made whole."""
        divisor = indicators.divisor(outcome.indicator)
        rows = self.rows(outcome)
        mine = rows[rows["window_id"].isin(after) & (rows["arm"] == "treated")]
        return int((mine["quantity"] * divisor).round().astype("int64").sum()) // divisor

    def historical(self, outcome: Outcome, *, without: tuple[str, ...] = (), last_days: int = 0) -> pd.DataFrame:
        """The same of those who would have entered on the first day of each baseline window, in that window, by that rule."""
        followed, rows = self._past_under(_rule(outcome, without, last_days))
        known = followed.members.to_pandas()[["person_id", *KNOWN_AT_ENTRY[:-1]]]
        mine = self._of(rows, outcome.indicator)
        return mine.merge(
            known, left_on=["person_id", "window_id"], right_on=["person_id", "wave_id"], validate="one_to_one"
        )

    def lacks_municipality(self, outcome: Outcome) -> bool:
        """Whether the outcome asks who left their municipality, and some have none, now or in the years compared with."""
        if "left_municipality" not in outcome.censor:
            return False
        compared = [self.followed]
        if "historical_baseline" in outcome.estimators:
            compared.append(self._past_under(((), 0))[0])
        return any(one.members["municipality"].null_count for one in compared)

    def scores(self, outcome: Outcome) -> pd.DataFrame:
        """The scores of a survey outcome: person_id, arm, window_id, phase (`before`, `after` entry), indicator, score."""
        if self.is_open:
            return pd.DataFrame(columns=SCORES)
        return self._scores[self._scores["indicator"] == outcome.indicator]

    def answers(self, outcome: Outcome) -> pd.DataFrame:
        """The single answers behind the scores: person_id, arm, window_id, phase, scale, item, answer."""
        found = definitions.indicator(outcome.indicator)
        assert isinstance(found, SurveyIndicator)
        scale = part_of(definitions.scale(found.scale), found)
        return indicators.survey_answers(self.contract, self.tables, self.followed, self.through, scale)

    def could_answer(self, scores: pd.DataFrame) -> pd.DataFrame:
        """Everyone who could have answered in a round in which someone did, with what weights are made of."""
        table = windows.window_table(self.contract, self.through).to_pandas()
        members, time = self.followed.members.to_pandas(), self.followed.person_time.to_pandas()
        return nonresponse.could_answer(members, time, table, scores)

    def known(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows with what was known of the person on the day of entry."""
        return rows.merge(self._members, on="person_id", how="left", validate="many_to_one")

    def invited(self, scores: pd.DataFrame) -> pd.DataFrame:
        """How many could have answered after entry: window_id, arm, invited."""
        if self.is_open:
            return pd.DataFrame(columns=["window_id", "arm", "invited"])
        table = windows.window_table(self.contract, self.through).to_pandas()
        return nonresponse.invited(self.followed.person_time.to_pandas(), table, scores)

    def _under(self, rule: Rule) -> Followed:
        if rule not in self._followed:
            censor, last_days = rule
            first = next(iter(self._followed.values()), None)
            self._followed[rule] = follow(
                self.contract, self.tables, self.through, censor=censor, without_last_days=last_days, again=first
            )
        return self._followed[rule]

    @property
    def _counted_outcomes(self) -> list[Outcome]:
        return [o for o in self.contract.outcomes.values() if o.is_measured_here and not is_survey(o)]

    @cached_property
    def counted(self) -> pd.DataFrame:
        rows = indicators.observe_counts(self.contract, self.tables, self.through).to_pandas()
        return self._exposed(rows).assign(**dict.fromkeys(KNOWN_AT_ENTRY))

    def _past_under(self, rule: Rule) -> tuple[Followed, pd.DataFrame]:
        if rule not in self._past:
            censor, last_days = rule
            followed = historical(self.contract, self.tables, self.through, censor=censor, without_last_days=last_days)
            refs = sorted({o.indicator for o in self._counted_outcomes if _may_be_under(o, rule)})
            found = indicators.observe(self.contract, self.tables, followed, self.through, refs)
            self._past[rule] = followed, self._exposed(found.to_pandas())
        return self._past[rule]

    @cached_property
    def _scores(self) -> pd.DataFrame:
        return indicators.survey_scores(self.contract, self.tables, self.followed, self.through)

    @cached_property
    def _members(self) -> pd.DataFrame:
        members = self.followed.members
        known = members.to_pandas().set_index("person_id")
        known["stratum"] = standard_population.strata(members, self.contract)
        return known[KNOWN_AT_ENTRY].reset_index()

    def _exposed(self, rows: pd.DataFrame) -> pd.DataFrame:
        """A window's person-years are its length by whole months times the part of its days that the person was followed."""
        found = {w.id: w for w in self.contract.windows_until(self.through)}
        days = rows["window_id"].map({name: w.days for name, w in found.items()}).astype("float64")
        years = rows["window_id"].map({name: float(w.years) for name, w in found.items()}).astype("float64")
        return rows.assign(exposure=rows["person_days"] / days * years)

    def _of(self, rows: pd.DataFrame, ref: str) -> pd.DataFrame:
        mine = rows[rows["indicator"] == ref].copy()
        mine["quantity"] = mine["quantity"] / indicators.divisor(ref)
        return mine.reset_index(drop=True)


def is_survey(outcome: Outcome) -> bool:
    return isinstance(definitions.indicator(outcome.indicator), SurveyIndicator)


def _rule(outcome: Outcome, without: tuple[str, ...], last_days: int) -> Rule:
    return tuple(sorted({*outcome.censor, *without})), last_days


def _may_be_under(outcome: Outcome, rule: Rule) -> bool:
    """Whether an outcome can be asked for under a rule: nothing that it censors by itself is left out of the rule."""
    return set(outcome.censor) <= set(rule[0])
