-- What each person had in each window, nothing included: the table that rates and effects are made from. Version 1.
-- grain: one row per person-window × indicator.
-- reads: person_time, indicators, event_sums
select
    t.person_id, t.arm, t.window_id, t.phase, i.indicator, t.person_days,
    coalesce(e.quantity, 0) as quantity
from person_time as t
inner join indicators as i on i.is_counted
left join event_sums as e
    on e.person_id = t.person_id and e.window_id = t.window_id and e.indicator = i.indicator
order by t.person_id, t.window_id, i.indicator
