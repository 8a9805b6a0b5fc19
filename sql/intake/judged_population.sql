-- How many accepted rows of population break each rule of the table. Version 1.
-- grain: one row.
-- reads: accepted
select
    cast(coalesce(sum(case when a.person_id is null then 1 else 0 end), 0) as bigint) as person_id__empty,
    cast(coalesce(sum(case when a.sex is null then 1 else 0 end), 0) as bigint) as sex__empty,
    cast(coalesce(sum(case when a.sex not in ('F', 'M') then 1 else 0 end), 0) as bigint) as sex__unknown,
    cast(coalesce(sum(case when a.birth_month is null then 1 else 0 end), 0) as bigint) as birth_month__empty,
    cast(coalesce(sum(case when a.area is null then 1 else 0 end), 0) as bigint) as area__empty,
    cast(coalesce(sum(case when a.resident_from is null then 1 else 0 end), 0) as bigint) as resident_from__empty,
    cast(coalesce(sum(case when a.is_care_home is null then 1 else 0 end), 0) as bigint) as is_care_home__empty,
    cast(coalesce(sum(case when a.resident_to < a.resident_from then 1 else 0 end), 0) as bigint) as resident_to__before_resident_from,
    cast(coalesce(sum(case when a.resident_from < a.birth_month then 1 else 0 end), 0) as bigint) as resident_from__before_birth_month,
    cast(coalesce(sum(case when a.died_on < a.birth_month then 1 else 0 end), 0) as bigint) as died_on__before_birth_month,
    (
        select cast(coalesce(sum(twice.rows_of_key), 0) as bigint)
        from (select count(*) as rows_of_key from accepted as k group by k.person_id, k.resident_from having count(*) > 1) as twice
    ) as key__repeated
from accepted as a
