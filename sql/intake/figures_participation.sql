-- What a delivery of participation looks like: rows and persons in all, by month and by code; `recent` are the rows of its last year.
-- grain: one row per dimension × cell. Version 1.
-- reads: accepted, calendar
with seen as (
    select a.person_id, c.month, c.is_recent, a.activity
    from accepted as a
    left join calendar as c on c.day = a.took_part_on
),

cells as (
    select 'all' as dimension, '' as cell, s.person_id, s.is_recent from seen as s
    union all
    select 'month' as dimension, s.month as cell, s.person_id, s.is_recent from seen as s
    union all
    select 'activity' as dimension, s.activity as cell, s.person_id, s.is_recent from seen as s
)

select
    c.dimension, c.cell, cast(count(*) as bigint) as entries, cast(count(case when c.is_recent then 1 end) as bigint) as recent,
    cast(count(distinct c.person_id) as bigint) as persons
from cells as c
where c.cell is not null
group by c.dimension, c.cell
order by c.dimension, c.cell
