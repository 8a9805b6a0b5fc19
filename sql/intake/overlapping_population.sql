-- Intervals of residence that begin before another of the same person has ended: nobody lives in two places. Version 1.
-- grain: one row.
-- reads: accepted
select
    cast(count(*) as bigint) as entries,
    cast(count(case when r.begins < r.reached then 1 end) as bigint) as overlapping,
    cast(count(distinct case when r.begins < r.reached then r.person_id end) as bigint) as persons
from (
    select
        a.person_id, a.resident_from as begins,
        max(coalesce(a.resident_to, cast('9999-12-31' as date))) over (
            partition by a.person_id order by a.resident_from, coalesce(a.resident_to, cast('9999-12-31' as date))
            rows between unbounded preceding and 1 preceding
        ) as reached
    from accepted as a
) as r
