-- How many accepted rows of diagnoses break each rule of the table. Version 1.
-- grain: one row.
-- reads: accepted
select
    cast(coalesce(sum(case when a.person_id is null then 1 else 0 end), 0) as bigint) as person_id__empty,
    cast(coalesce(sum(case when a.contact_id is null then 1 else 0 end), 0) as bigint) as contact_id__empty,
    cast(coalesce(sum(case when a.code is null then 1 else 0 end), 0) as bigint) as code__empty,
    cast(coalesce(sum(case when a.diagnosed_on is null then 1 else 0 end), 0) as bigint) as diagnosed_on__empty,
    (
        select cast(coalesce(sum(twice.rows_of_key), 0) as bigint)
        from (select count(*) as rows_of_key from accepted as k group by k.contact_id, k.code having count(*) > 1) as twice
    ) as key__repeated
from accepted as a
