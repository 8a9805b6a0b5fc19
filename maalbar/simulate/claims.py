"""Claims: outcomes reached by single persons among the treated, claimed, and then verified or rejected."""

from __future__ import annotations

import numpy as np

from maalbar.simulate import rates
from maalbar.simulate.chance import stream
from maalbar.simulate.rates import DAYS_PER_YEAR
from maalbar.simulate.register import Later, Register, numbered, pick
from maalbar.simulate.world import World


def claims_register(world: World) -> Register:
    """Claims on every counted outcome, under the name of its indicator; `claimed` until they are decided."""
    counted = [o.indicator.partition("@")[0] for o in world.contract.outcomes.values() if o.estimator == "count"]
    names = list(dict.fromkeys(counted)) or ["claim"]
    rng, people = stream(world.seed, "claims"), world.people
    since = world.entries.treated_from
    until = np.minimum(people.exit, world.time.stop)
    span = np.maximum(until - since, 0)
    number = rng.poisson(rates.CLAIMS_PER_YEAR * span[:, np.newaxis] / DAYS_PER_YEAR, (len(people), len(names)))
    person = np.repeat(np.repeat(np.arange(len(people)), len(names)), number.ravel())
    outcome = np.repeat(np.tile(np.arange(len(names)), len(people)), number.ravel())
    day = since[person] + (rng.random(len(person)) * span[person]).astype(np.int64)
    here = people.is_here(day, person)
    person, outcome, day = person[here], outcome[here], day[here]
    order = np.lexsort((outcome, person, day))
    person, outcome, day = person[order], outcome[order], day[order]
    decided = day + rng.integers(7, rates.CLAIM_DECISION_DAYS, len(day))
    columns = {
        "claim_id": numbered("C", len(day)),
        "person_id": pick(people.ids, person),
        "outcome": pick(names, outcome),
        "achieved_on": day.astype("datetime64[D]"),
        "state": pick(("rejected", "verified"), rng.random(len(day)) < rates.CLAIM_VERIFIED),
    }
    return Register(columns, day, {"state": Later(decided, before="claimed")})
