-- What a delivery of benefits looks like: rows and persons in all, by month of beginning and by code; `recent` are the runs that
-- last into the year before its day.
-- grain: one row per dimension × cell. Version 1.
-- reads: accepted, calendar
with seen as (
    select a.person_id, c.month, coalesce(l.is_recent, true) as is_recent, a.code
    from accepted as a
    left join calendar as c on c.day = a.week_from
    left join calendar as l on l.day = a.week_to
),

cells as (
    select 'all' as dimension, '' as cell, s.person_id, s.is_recent from seen as s
    union all
    select 'month' as dimension, s.month as cell, s.person_id, s.is_recent from seen as s
    union all
    select 'code' as dimension, s.code as cell, s.person_id, s.is_recent from seen as s
)

select
    c.dimension, c.cell, cast(count(*) as bigint) as entries, cast(count(case when c.is_recent then 1 end) as bigint) as recent,
    cast(count(distinct c.person_id) as bigint) as persons
from cells as c
where c.cell is not null
group by c.dimension, c.cell
order by c.dimension, c.cell
