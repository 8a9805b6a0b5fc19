-- Who entered which arm, when, and on what ground. Version 1.
-- grain: one row per person; a person enters once, in the first wave whose conditions are met, and stays.
-- reads: population, benefits, waves, arms, benefit_codes
-- A resident of an area on the day of entry, and since `resident_since`; of age by birth month, or on one of the
-- benefits in the week of entry. Benefit status is never looked at again: code 783 becomes 998 at pension age.
with residents as (
    select p.person_id, p.sex, p.birth_month, p.area, a.arm, w.wave_id, w.entry_on, w.born_until, w.index_week
    from population as p
    inner join arms as a on a.area = p.area
    inner join waves as w
        on p.resident_from <= w.resident_since
        and (p.resident_to is null or p.resident_to > w.entry_on)
        and (p.died_on is null or p.died_on >= w.entry_on)
        and (p.emigrated_on is null or p.emigrated_on >= w.entry_on)
        and (w.takes_care_home or not p.is_care_home)
),

on_benefit as (
    select r.person_id, r.wave_id, count(*) as weeks
    from residents as r
    inner join benefits as b
        on b.person_id = r.person_id and b.week_from <= r.index_week and b.week_to > r.index_week
    inner join benefit_codes as c on c.code = b.code
    group by r.person_id, r.wave_id
),

eligible as (
    select
        r.person_id, r.sex, r.birth_month, r.area, r.arm, r.wave_id, r.entry_on,
        o.person_id is not null as has_benefit,
        row_number() over (partition by r.person_id order by r.entry_on, r.wave_id, r.area) as entry_rank
    from residents as r
    left join on_benefit as o on o.person_id = r.person_id and o.wave_id = r.wave_id
    where r.birth_month <= r.born_until or o.person_id is not null
)

select e.person_id, e.arm, e.wave_id, e.entry_on, e.area, e.sex, e.birth_month, e.has_benefit
from eligible as e
where e.entry_rank = 1
order by e.person_id
