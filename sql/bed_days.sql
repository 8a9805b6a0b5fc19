-- Bed days of each person in each window: nights between the local dates of an admission, at least one. Version 1.
-- grain: one row per person × window × indicator with at least one bed day.
-- reads: person_time, stays, bed_day_rules
-- A night belongs to the date it begins on. `is_split`: each night counts in the window of its date, so that windows side by
-- side share the nights of a stay across their border; else all of them in the window that the stay starts in.
select
    t.person_id, t.window_id, r.indicator,
    cast(sum(case
        when s.ended_on = s.started_on then 1
        when r.is_split then date_diff('day', greatest(t.from_on, s.started_on), least(t.to_on, s.ended_on))
        else date_diff('day', s.started_on, s.ended_on)
    end) as bigint) as quantity
from person_time as t
inner join stays as s on s.person_id = t.person_id
inner join bed_day_rules as r
    on r.stays = s.stays and s.ended_minute - s.started_minute >= r.min_minutes
    and ((r.takes_acute and s.is_acute) or (r.takes_planned and not s.is_acute))
where
    case
        when r.is_split and s.ended_on > s.started_on then s.started_on < t.to_on and s.ended_on > t.from_on
        else s.started_on >= t.from_on and (s.started_on < t.to_on or (t.is_death and s.started_on = t.to_on))
    end
group by t.person_id, t.window_id, r.indicator
order by t.person_id, t.window_id, r.indicator
