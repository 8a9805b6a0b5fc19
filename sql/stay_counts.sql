-- Hospital stays of each person in each window, by length and priority. Version 1.
-- grain: one row per person × window × indicator with at least one such stay.
-- reads: person_time, stays, stay_rules
-- A stay counts in the window it starts in, whole, wherever it ends; on the day of death in the window the death ends.
select t.person_id, t.window_id, r.indicator, count(*) as quantity
from person_time as t
inner join stays as s
    on s.person_id = t.person_id and s.started_on >= t.from_on
    and (s.started_on < t.to_on or (t.is_death and s.started_on = t.to_on))
inner join stay_rules as r
    on r.stays = s.stays and s.ended_minute - s.started_minute >= r.min_minutes
    and ((r.takes_acute and s.is_acute) or (r.takes_planned and not s.is_acute))
group by t.person_id, t.window_id, r.indicator
order by t.person_id, t.window_id, r.indicator
