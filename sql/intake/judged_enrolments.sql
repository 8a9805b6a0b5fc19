-- How many accepted rows of enrolments break each rule of the table. Version 1.
-- grain: one row.
-- reads: accepted
select
    cast(coalesce(sum(case when a.person_id is null then 1 else 0 end), 0) as bigint) as person_id__empty,
    cast(coalesce(sum(case when a.enrolled_on is null then 1 else 0 end), 0) as bigint) as enrolled_on__empty,
    cast(coalesce(sum(case when a.ended_on < a.enrolled_on then 1 else 0 end), 0) as bigint) as ended_on__before_enrolled_on,
    (
        select cast(coalesce(sum(twice.rows_of_key), 0) as bigint)
        from (select count(*) as rows_of_key from accepted as k group by k.person_id, k.enrolled_on having count(*) > 1) as twice
    ) as key__repeated
from accepted as a
