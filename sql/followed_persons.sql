-- Who was followed in each window, and how it ended for those who were not there to its end. Version 2.
-- grain: one row per window × arm.
-- reads: person_time, cohort, population, endings
-- persons = present_at_end + deaths + emigrated + censored, in the follow-up. `emigrated`: abroad when the window ended.
-- `movers` and `crossovers` stay and are among those: they have left the area they entered in, or come to live in an area of
-- the other arm, by the end of their time in the window. Version 2: spans, emigrated, censored and crossovers.
with residence as (
    select c.person_id, max(case when p.resident_to is null then 1 else 0 end) as has_open,
        max(p.resident_to) as left_on
    from cohort as c
    inner join population as p on p.person_id = c.person_id and p.area = c.area
    group by c.person_id
),

leaving as (
    select c.person_id, p.emigrated_on, count(*) as told
    from cohort as c
    inner join population as p on p.person_id = c.person_id
    where p.emigrated_on is not null
    group by c.person_id, p.emigrated_on
),

persons as (
    select
        t.person_id, t.window_id, t.arm, sum(t.person_days) as person_days, max(t.to_on) as to_on,
        max(case when t.is_death then 1 else 0 end) as is_death, min(case when t.is_exit then 1 else 0 end) as is_exit
    from person_time as t
    group by t.person_id, t.window_id, t.arm
),

ended as (
    select
        p.person_id, p.window_id, p.arm, p.person_days, p.to_on, p.is_death, p.is_exit,
        case when l.emigrated_on is null then 0 else 1 end as is_abroad
    from persons as p
    left join leaving as l on l.person_id = p.person_id and l.emigrated_on = p.to_on
)

select
    e.window_id, e.arm, count(*) as persons, cast(sum(e.person_days) as bigint) as person_days,
    count(case when e.is_death = 1 then 1 end) as deaths,
    count(case when r.has_open = 0 and r.left_on < e.to_on then 1 end) as movers,
    count(case when e.is_exit = 0 and e.is_death = 0 then 1 end) as present_at_end,
    count(case when e.is_exit = 1 and e.is_death = 0 and e.is_abroad = 1 then 1 end) as emigrated,
    count(case when x.ends_on < e.to_on then 1 end) as crossovers,
    count(case when e.is_exit = 1 and e.is_death = 0 and e.is_abroad = 0 then 1 end) as censored
from ended as e
inner join residence as r on r.person_id = e.person_id
left join endings as x on x.person_id = e.person_id and x.reason = 'crossover'
group by e.window_id, e.arm
order by e.window_id, e.arm
