-- How many accepted rows of benefits break each rule of the table. Version 1.
-- grain: one row.
-- reads: accepted
select
    cast(coalesce(sum(case when a.person_id is null then 1 else 0 end), 0) as bigint) as person_id__empty,
    cast(coalesce(sum(case when a.code is null then 1 else 0 end), 0) as bigint) as code__empty,
    cast(coalesce(sum(case when a.week_from is null then 1 else 0 end), 0) as bigint) as week_from__empty,
    cast(coalesce(sum(case when a.week_to is null then 1 else 0 end), 0) as bigint) as week_to__empty,
    cast(coalesce(sum(case when a.week_to < a.week_from then 1 else 0 end), 0) as bigint) as week_to__before_week_from,
    (
        select cast(coalesce(sum(twice.rows_of_key), 0) as bigint)
        from (select count(*) as rows_of_key from accepted as k group by k.person_id, k.week_from having count(*) > 1) as twice
    ) as key__repeated
from accepted as a
