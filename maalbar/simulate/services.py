"""Services: hours of help and days of absence, a row for each person, service and ISO week with any."""

from __future__ import annotations

import numpy as np

from maalbar.contract.delivering import Delivery
from maalbar.errors import ContractError
from maalbar.simulate import rates
from maalbar.simulate.chance import rounded, stream
from maalbar.simulate.effects import SERVICE_INDICATORS
from maalbar.simulate.people import EACH_DAY
from maalbar.simulate.rates import DAYS_PER_YEAR, WEEKS_PER_YEAR, Service
from maalbar.simulate.register import Register, pick
from maalbar.simulate.world import World

INDICATOR_OF = {service: indicator for indicator, service in SERVICE_INDICATORS.items()}
HOME_CARE = ("personal_care", "practical_help")


def services_register(world: World, delivery: Delivery) -> Register:
    """The services a delivery names in its codes or as a constant, or else those the contract measures."""
    names = _names(world, delivery)
    parts = [_weeks_of(world, name, rates.SERVICES.get(name, rates.OTHER_SERVICE)) for name in names]
    kind = np.repeat(np.arange(len(names)), [len(part[0]) for part in parts])
    person, monday, quantity = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((kind, person, monday))
    person, monday = person[order], monday[order]
    columns = {
        "person_id": pick(world.people.ids, person),
        "service": pick(names, kind[order]),
        "starts_on": monday.astype("datetime64[D]"),
        "quantity": quantity[order],
    }
    known_on = np.maximum(monday + 6, world.lived.known_from[person])
    return Register(columns, known_on, hundredths=("quantity",))


def _names(world: World, delivery: Delivery) -> list[str]:
    if "service" in delivery.constants:
        return [delivery.constants["service"]]
    coded = list(dict.fromkeys(delivery.codes.get("service", {}).values()))
    indicators = [outcome.indicator.partition("@")[0] for outcome in world.contract.outcomes.values()]
    measured = list(dict.fromkeys(SERVICE_INDICATORS[i] for i in indicators if i in SERVICE_INDICATORS))
    return coded or measured or list(HOME_CARE)


def _weeks_of(world: World, name: str, service: Service) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Person, Monday and hundredths of a unit, of every week with any."""
    rng, people, mondays = stream(world.seed, "services", name), world.people, world.time.mondays
    need, size = rng.random(len(people)), rng.gamma(2.0, 0.5, len(people))
    age = (mondays[np.newaxis, :] - people.born[:, np.newaxis]) / DAYS_PER_YEAR
    share = np.minimum(service.share * np.exp(service.age_slope * (age - rates.REFERENCE_AGE)), 0.8)
    gets = (need[:, np.newaxis] < share) & (age >= service.ages[0]) & (age < service.ages[1])
    gets &= people.is_here(mondays, EACH_DAY)
    person, week = np.nonzero(gets)
    monday = mondays[week]
    mean = service.per_week * size[person] * np.exp(world.shocks.at(people.home[person], monday))
    followed = monday >= world.entries.treated_from[person]
    mean[followed] *= _factor(world, name, mean[followed].sum())
    if service.is_count:
        units = rng.poisson(mean).clip(max=5)
    else:
        units = rounded(mean * (0.7 + 0.6 * rng.random(len(mean))), service.unit, rng)
    some = units > 0
    return person[some], monday[some], (units[some] * round(100 * service.unit)).astype(np.int64)


def _factor(world: World, name: str, total: float) -> float:
    """What the quantity of the treated is multiplied by after entry; a difference is spread in proportion."""
    plant = world.effects.plants.get(INDICATOR_OF.get(name, ""))
    if plant is None or plant.is_ratio:
        return 1.0 if plant is None else 1 + plant.change
    mondays, people = world.time.mondays, world.people
    followed = (mondays >= world.entries.treated_from[:, np.newaxis]) & people.is_here(mondays, EACH_DAY)
    factor = 1 + plant.change * followed.sum() / WEEKS_PER_YEAR / max(total, 1e-9)
    if factor < 0:
        raise ContractError(f"the effect on `{plant.outcome}` is larger than what there is", mend="plant a smaller one")
    return float(factor)
