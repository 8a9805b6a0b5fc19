-- How many accepted rows of surveys break each rule of the table. Version 1.
-- grain: one row.
-- reads: accepted
select
    cast(coalesce(sum(case when a.person_id is null then 1 else 0 end), 0) as bigint) as person_id__empty,
    cast(coalesce(sum(case when a.answered_on is null then 1 else 0 end), 0) as bigint) as answered_on__empty,
    cast(coalesce(sum(case when a.mode is null then 1 else 0 end), 0) as bigint) as mode__empty,
    cast(coalesce(sum(case when a.mode not in ('web', 'paper', 'telephone') then 1 else 0 end), 0) as bigint) as mode__unknown,
    cast(coalesce(sum(case when a.is_proxy is null then 1 else 0 end), 0) as bigint) as is_proxy__empty,
    cast(coalesce(sum(case when a.scale is null then 1 else 0 end), 0) as bigint) as scale__empty,
    cast(coalesce(sum(case when a.item is null then 1 else 0 end), 0) as bigint) as item__empty,
    cast(coalesce(sum(case when a.answer is null then 1 else 0 end), 0) as bigint) as answer__empty,
    (
        select cast(coalesce(sum(twice.rows_of_key), 0) as bigint)
        from (select count(*) as rows_of_key from accepted as k group by k.person_id, k.answered_on, k.scale, k.item having count(*) > 1) as twice
    ) as key__repeated
from accepted as a
