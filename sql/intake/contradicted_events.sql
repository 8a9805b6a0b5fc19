-- Events against the population: of persons who are not in it, before birth, too long after death, and where the person did not live.
-- grain: one row.
-- reads: events, population, tolerated
-- `tolerated.days_after_death`: bodies are examined and bills are sent after a death. Who has died or is not known lives nowhere,
-- and is counted as that alone. Version 1.
with lives as (
    select p.person_id, min(p.birth_month) as birth_month, min(p.died_on) as died_on
    from population as p
    group by p.person_id
),

days as (
    select e.person_id, e.happened_on, count(*) as entries
    from events as e
    group by e.person_id, e.happened_on
),

placed as (
    select
        d.person_id, d.happened_on, d.entries, count(p.person_id) as homes
    from days as d
    left join population as p
        on
            p.person_id = d.person_id and p.resident_from <= d.happened_on
            and (p.resident_to is null or p.resident_to > d.happened_on)
    group by d.person_id, d.happened_on, d.entries
),

told as (
    select
        d.person_id, d.entries, l.person_id is null as is_unknown,
        l.birth_month is not null and d.happened_on < l.birth_month as is_before_birth,
        l.died_on is not null and date_diff('day', l.died_on, d.happened_on) > t.days_after_death as is_after_death,
        l.person_id is not null and d.homes = 0
        and d.happened_on >= l.birth_month and (l.died_on is null or d.happened_on < l.died_on) as is_elsewhere
    from placed as d
    cross join tolerated as t
    left join lives as l on l.person_id = d.person_id
)

select
    cast(coalesce(sum(t.entries), 0) as bigint) as entries,
    cast(count(distinct t.person_id) as bigint) as persons,
    cast(coalesce(sum(case when t.is_unknown then t.entries else 0 end), 0) as bigint) as unknown,
    cast(count(distinct case when t.is_unknown then t.person_id end) as bigint) as unknown_persons,
    cast(coalesce(sum(case when t.is_before_birth then t.entries else 0 end), 0) as bigint) as before_birth,
    cast(coalesce(sum(case when t.is_after_death then t.entries else 0 end), 0) as bigint) as after_death,
    cast(coalesce(sum(case when t.is_elsewhere then t.entries else 0 end), 0) as bigint) as elsewhere
from told as t
