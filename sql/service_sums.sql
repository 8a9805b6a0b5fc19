-- Hours or days of services received by each person in each window, in hundredths. Version 1.
-- grain: one row per person × window × indicator with at least one row of service.
-- reads: person_time, services, service_rules
select t.person_id, t.window_id, r.indicator, cast(sum(s.quantity) as bigint) as quantity
from person_time as t
inner join services as s
    on s.person_id = t.person_id and s.starts_on >= t.from_on and s.starts_on < t.to_on
inner join service_rules as r on r.service = s.service
group by t.person_id, t.window_id, r.indicator
order by t.person_id, t.window_id, r.indicator
