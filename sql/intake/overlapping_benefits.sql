-- Runs of benefit that begin before another of the same person has ended: a week has one benefit. Version 1.
-- grain: one row.
-- reads: accepted
select
    cast(count(*) as bigint) as entries,
    cast(count(case when r.begins < r.reached then 1 end) as bigint) as overlapping,
    cast(count(distinct case when r.begins < r.reached then r.person_id end) as bigint) as persons
from (
    select
        a.person_id, a.week_from as begins,
        max(a.week_to) over (
            partition by a.person_id order by a.week_from, a.week_to
            rows between unbounded preceding and 1 preceding
        ) as reached
    from accepted as a
) as r
