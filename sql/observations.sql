-- What each person had in each window, nothing included: the table that rates and effects are made from. Version 2.
-- grain: one row per person-window × indicator; the spans of a person in a window are summed.
-- reads: person_time, indicators, event_sums
with lived as (
    select t.person_id, t.arm, t.window_id, t.phase, cast(sum(t.person_days) as bigint) as person_days
    from person_time as t
    group by t.person_id, t.arm, t.window_id, t.phase
)

select
    l.person_id, l.arm, l.window_id, l.phase, i.indicator, l.person_days,
    coalesce(e.quantity, 0) as quantity
from lived as l
inner join indicators as i on i.is_counted
left join event_sums as e
    on e.person_id = l.person_id and e.window_id = l.window_id and e.indicator = i.indicator
order by l.person_id, l.window_id, i.indicator
