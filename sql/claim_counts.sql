-- Verified claims of each person in each window, for the outcomes that are paid by the piece. Version 1.
-- grain: one row per person × window × indicator with at least one verified claim.
-- reads: person_time, claims, claim_rules
select t.person_id, t.window_id, r.indicator, count(*) as quantity
from person_time as t
inner join claims as c
    on c.person_id = t.person_id and c.achieved_on >= t.from_on and c.achieved_on < t.to_on and c.state = 'verified'
inner join claim_rules as r on r.outcome = c.outcome
group by t.person_id, t.window_id, r.indicator
order by t.person_id, t.window_id, r.indicator
