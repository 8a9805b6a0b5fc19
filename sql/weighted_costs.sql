-- What each person used in each window, at the tariff of its date, in øre. Version 1.
-- grain: one row per person × window × indicator with any priced use.
-- reads: event_sums, cost_rates
-- `event_sums` are counted over the pieces of `priced_time`.
select e.person_id, r.window_id, r.indicator, cast(sum(e.quantity * r.amount) as bigint) as quantity
from event_sums as e
inner join cost_rates as r on r.part = e.indicator and r.piece_id = e.window_id
group by e.person_id, r.window_id, r.indicator
order by e.person_id, r.window_id, r.indicator
