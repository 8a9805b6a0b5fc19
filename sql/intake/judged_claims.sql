-- How many accepted rows of claims break each rule of the table. Version 1.
-- grain: one row.
-- reads: accepted
select
    cast(coalesce(sum(case when a.person_id is null then 1 else 0 end), 0) as bigint) as person_id__empty,
    cast(coalesce(sum(case when a.claim_id is null then 1 else 0 end), 0) as bigint) as claim_id__empty,
    cast(coalesce(sum(case when a.outcome is null then 1 else 0 end), 0) as bigint) as outcome__empty,
    cast(coalesce(sum(case when a.achieved_on is null then 1 else 0 end), 0) as bigint) as achieved_on__empty,
    cast(coalesce(sum(case when a.state is null then 1 else 0 end), 0) as bigint) as state__empty,
    cast(coalesce(sum(case when a.state not in ('claimed', 'verified', 'rejected') then 1 else 0 end), 0) as bigint) as state__unknown,
    (
        select cast(coalesce(sum(twice.rows_of_key), 0) as bigint)
        from (select count(*) as rows_of_key from accepted as k group by k.claim_id having count(*) > 1) as twice
    ) as key__repeated
from accepted as a
