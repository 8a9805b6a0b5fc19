-- How many accepted rows of counts break each rule of the table. Version 1.
-- grain: one row.
-- reads: accepted
select
    cast(coalesce(sum(case when a.person_id is null then 1 else 0 end), 0) as bigint) as person_id__empty,
    cast(coalesce(sum(case when a.window_id is null then 1 else 0 end), 0) as bigint) as window_id__empty,
    cast(coalesce(sum(case when a.arm_value is null then 1 else 0 end), 0) as bigint) as arm_value__empty,
    cast(coalesce(sum(case when a.measure is null then 1 else 0 end), 0) as bigint) as measure__empty,
    cast(coalesce(sum(case when a.quantity is null then 1 else 0 end), 0) as bigint) as quantity__empty,
    (
        select cast(coalesce(sum(twice.rows_of_key), 0) as bigint)
        from (select count(*) as rows_of_key from accepted as k group by k.person_id, k.window_id, k.measure having count(*) > 1) as twice
    ) as key__repeated
from accepted as a
