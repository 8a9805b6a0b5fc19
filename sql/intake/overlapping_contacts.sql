-- Contacts with a unit that begin before another of the same person there has ended; indicators join them by their rule. Version 1.
-- grain: one row.
-- reads: accepted
select
    cast(count(*) as bigint) as entries,
    cast(count(case when r.begins < r.reached then 1 end) as bigint) as overlapping,
    cast(count(distinct case when r.begins < r.reached then r.person_id end) as bigint) as persons
from (
    select
        a.person_id, a.started_minute as begins,
        max(a.ended_minute) over (
            partition by a.person_id, a.unit order by a.started_minute, a.ended_minute
            rows between unbounded preceding and 1 preceding
        ) as reached
    from accepted as a
    where a.unit is not null and a.started_minute is not null and a.ended_minute is not null
) as r
