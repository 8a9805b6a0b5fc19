-- Totals of each indicator by window and arm. Version 1.
-- grain: one row per indicator × window × arm.
-- reads: observations
select
    o.indicator, o.window_id, o.arm,
    count(*) as persons, cast(sum(o.person_days) as bigint) as person_days, cast(sum(o.quantity) as bigint) as quantity
from observations as o
group by o.indicator, o.window_id, o.arm
order by o.indicator, o.window_id, o.arm
