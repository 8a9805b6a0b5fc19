-- Who was followed in each window: alive at some time, died, left the area they entered in. Version 1.
-- grain: one row per window × arm.
-- reads: person_time, cohort, population
with residence as (
    select c.person_id, max(case when p.resident_to is null then 1 else 0 end) as has_open,
        max(p.resident_to) as left_on
    from cohort as c
    inner join population as p on p.person_id = c.person_id and p.area = c.area
    group by c.person_id
)

select
    t.window_id, t.arm, count(*) as persons, cast(sum(t.person_days) as bigint) as person_days,
    count(case when t.is_death then 1 end) as deaths,
    count(case when r.has_open = 0 and r.left_on < t.to_on then 1 end) as movers,
    count(case when not t.is_exit then 1 end) as present_at_end
from person_time as t
inner join residence as r on r.person_id = t.person_id
group by t.window_id, t.arm
order by t.window_id, t.arm
