-- Events and time at risk of the residents of each arm's areas, year by year, with the sums that their spread is found from.
-- grain: one row per arm × span.
-- reads: events, population, area_arms, spans
-- A person counts where they live on the day. Version 1.
with homes as (
    select
        p.person_id, x.arm, s.span, greatest(p.resident_from, s.from_on) as from_on,
        least(
            coalesce(p.resident_to, s.to_on), coalesce(p.died_on, s.to_on), coalesce(p.emigrated_on, s.to_on), s.to_on
        ) as to_on
    from population as p
    inner join area_arms as x on x.area = p.area
    inner join spans as s on p.resident_from < s.to_on
),

lived as (
    select h.person_id, h.arm, h.span, sum(date_diff('day', h.from_on, h.to_on)) as person_days
    from homes as h
    where h.from_on < h.to_on
    group by h.person_id, h.arm, h.span
),

counted as (
    select h.person_id, h.arm, h.span, count(*) as entries
    from homes as h
    inner join events as e on e.person_id = h.person_id and e.happened_on >= h.from_on and e.happened_on < h.to_on
    group by h.person_id, h.arm, h.span
),

years as (
    select l.arm, l.span, cast(l.person_days as bigint) as person_days, coalesce(c.entries, 0) as entries
    from lived as l
    left join counted as c on c.person_id = l.person_id and c.arm = l.arm and c.span = l.span
)

select
    b.arm, b.span, cast(count(*) as bigint) as persons, cast(sum(b.person_days) as bigint) as person_days,
    cast(sum(b.entries) as bigint) as entries, cast(sum(b.entries * b.entries) as bigint) as entries_squared,
    cast(sum(b.entries * b.person_days) as bigint) as entries_days,
    cast(sum(b.person_days * b.person_days) as bigint) as days_squared
from years as b
group by b.arm, b.span
order by b.arm, b.span
