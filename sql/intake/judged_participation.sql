-- How many accepted rows of participation break each rule of the table. Version 1.
-- grain: one row.
-- reads: accepted
select
    cast(coalesce(sum(case when a.person_id is null then 1 else 0 end), 0) as bigint) as person_id__empty,
    cast(coalesce(sum(case when a.activity is null then 1 else 0 end), 0) as bigint) as activity__empty,
    cast(coalesce(sum(case when a.took_part_on is null then 1 else 0 end), 0) as bigint) as took_part_on__empty,
    (
        select cast(coalesce(sum(twice.rows_of_key), 0) as bigint)
        from (select count(*) as rows_of_key from accepted as k group by k.person_id, k.activity, k.took_part_on having count(*) > 1) as twice
    ) as key__repeated
from accepted as a
