-- How many accepted rows of contacts break each rule of the table. Version 1.
-- grain: one row.
-- reads: accepted
select
    cast(coalesce(sum(case when a.person_id is null then 1 else 0 end), 0) as bigint) as person_id__empty,
    cast(coalesce(sum(case when a.contact_id is null then 1 else 0 end), 0) as bigint) as contact_id__empty,
    cast(coalesce(sum(case when a.sector is null then 1 else 0 end), 0) as bigint) as sector__empty,
    cast(coalesce(sum(case when a.sector not in ('hospital', 'primary') then 1 else 0 end), 0) as bigint) as sector__unknown,
    cast(coalesce(sum(case when a.started_on is null then 1 else 0 end), 0) as bigint) as started_on__empty,
    cast(coalesce(sum(case when a.priority not in ('ATA1', 'ATA2', 'ATA3') then 1 else 0 end), 0) as bigint) as priority__unknown,
    cast(coalesce(sum(case when a.form is null then 1 else 0 end), 0) as bigint) as form__empty,
    cast(coalesce(sum(case when a.form not in ('ALCA00', 'ALCA03', 'ALCA10', 'K', 'T', 'E') then 1 else 0 end), 0) as bigint) as form__unknown,
    cast(coalesce(sum(case when a.ended_at < a.started_at then 1 else 0 end), 0) as bigint) as ended_at__before_started_at,
    (
        select cast(coalesce(sum(twice.rows_of_key), 0) as bigint)
        from (select count(*) as rows_of_key from accepted as k group by k.contact_id having count(*) > 1) as twice
    ) as key__repeated
from accepted as a
