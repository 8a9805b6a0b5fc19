-- What may end the follow-up of a person besides death and emigration, and on which day it does. Version 1.
-- grain: one row per person of the cohort × reason that comes to pass.
-- reads: cohort, population, arms, pension_days, last_days
-- left_municipality: the first day after entry with another municipality than on it; an interval without one is no move.
-- crossover: the first day after entry in an area that is on the list of the other arm; whoever moves within the arm, or
-- anywhere else, does not cross over. pension_age: known from birth; where it lies before entry there is no time at all.
-- last_days: the day from which the last days of life are left out, of those who die.
with moves as (
    select c.person_id, 'left_municipality' as reason, min(p.resident_from) as ends_on
    from cohort as c
    inner join population as p
        on p.person_id = c.person_id and p.resident_from > c.entry_on and p.municipality <> c.municipality
    group by c.person_id
),

crossings as (
    select c.person_id, 'crossover' as reason, min(greatest(p.resident_from, a.start_on)) as ends_on
    from cohort as c
    inner join population as p on p.person_id = c.person_id
    inner join arms as a
        on a.area = p.area and a.arm <> c.arm and a.end_on > p.resident_from
        and greatest(p.resident_from, a.start_on) > c.entry_on
        and (p.resident_to is null or p.resident_to > a.start_on)
    group by c.person_id
),

pensions as (
    select c.person_id, 'pension_age' as reason, d.pension_on as ends_on
    from cohort as c
    inner join pension_days as d on d.birth_month = c.birth_month
),

lasts as (
    select c.person_id, 'last_days' as reason, min(l.from_on) as ends_on
    from cohort as c
    inner join population as p on p.person_id = c.person_id
    inner join last_days as l on l.died_on = p.died_on
    group by c.person_id
),

reasons as (
    select m.person_id, m.reason, m.ends_on from moves as m
    union all
    select x.person_id, x.reason, x.ends_on from crossings as x
    union all
    select n.person_id, n.reason, n.ends_on from pensions as n
    union all
    select l.person_id, l.reason, l.ends_on from lasts as l
)

select r.person_id, r.reason, r.ends_on
from reasons as r
order by r.person_id, r.reason
