-- The months before entry of each person, as time in which earlier use is counted. Version 1.
-- grain: one row per person × wave; the shape of person_time, with the wave as window.
-- reads: candidates, lookbacks
-- Everyone is looked at over all of the months, in both arms alike. They end the day before entry: nothing after it selects.
select
    c.person_id, c.arm, c.entry_on, c.wave_id as window_id, 'lookback' as phase, 1 as span,
    l.start_on as from_on, l.end_on as to_on, date_diff('day', l.start_on, l.end_on) as person_days,
    false as is_death, false as is_exit
from candidates as c
inner join lookbacks as l on l.wave_id = c.wave_id
order by c.person_id, c.wave_id
