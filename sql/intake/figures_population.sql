-- What a delivery of population looks like: rows and persons in all, residents on the first day of each window, and by code;
-- `recent` are the rows of residence that still lasts.
-- grain: one row per dimension × cell. Version 1.
-- reads: accepted, stock_days
with cells as (
    select 'all' as dimension, '' as cell, a.person_id, a.resident_to from accepted as a
    union all
    select 'resident' as dimension, d.name as cell, a.person_id, a.resident_to
    from accepted as a
    inner join stock_days as d on a.resident_from <= d.day and (a.resident_to is null or a.resident_to > d.day)
    where (a.died_on is null or a.died_on > d.day) and (a.emigrated_on is null or a.emigrated_on > d.day)
    union all
    select 'area' as dimension, a.area as cell, a.person_id, a.resident_to from accepted as a
    union all
    select 'sex' as dimension, a.sex as cell, a.person_id, a.resident_to from accepted as a
    union all
    select 'municipality' as dimension, a.municipality as cell, a.person_id, a.resident_to from accepted as a
    union all
    select
        'home' as dimension, case when a.is_care_home then 'care home' else 'own' end as cell,
        a.person_id, a.resident_to
    from accepted as a
)

select
    c.dimension, c.cell, cast(count(*) as bigint) as entries,
    cast(count(case when c.resident_to is null then 1 end) as bigint) as recent,
    cast(count(distinct c.person_id) as bigint) as persons
from cells as c
where c.cell is not null
group by c.dimension, c.cell
order by c.dimension, c.cell
