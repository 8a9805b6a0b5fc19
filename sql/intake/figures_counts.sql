-- What a delivery of counts looks like: rows and persons in all, by window, arm and measure. Nothing in it has a day.
-- grain: one row per dimension × cell. Version 1.
-- reads: accepted
with cells as (
    select 'all' as dimension, '' as cell, a.person_id from accepted as a
    union all
    select 'window' as dimension, a.window_id as cell, a.person_id from accepted as a
    union all
    select 'arm' as dimension, a.arm_value as cell, a.person_id from accepted as a
    union all
    select 'measure' as dimension, a.measure as cell, a.person_id from accepted as a
)

select
    c.dimension, c.cell, cast(count(*) as bigint) as entries, cast(count(*) as bigint) as recent,
    cast(count(distinct c.person_id) as bigint) as persons
from cells as c
group by c.dimension, c.cell
order by c.dimension, c.cell
