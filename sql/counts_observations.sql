-- Observations of an open cohort whose source is already counted: repeated cross-sections. Version 1.
-- grain: one row per person × window × measure, as delivered; everyone observed counts for the whole window.
-- reads: counts, windows, arm_values, count_rules
select
    c.person_id, a.arm, c.window_id, w.phase, r.indicator, date_diff('day', w.start_on, w.end_on) as person_days,
    c.quantity
from counts as c
inner join windows as w on w.window_id = c.window_id
inner join arm_values as a on a.arm_value = c.arm_value
inner join count_rules as r on r.measure = c.measure
order by c.person_id, c.window_id, r.indicator
