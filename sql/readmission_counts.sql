-- Acute readmissions of each person in each window. Version 1.
-- grain: one row per person × window × indicator with at least one readmission.
-- reads: person_time, readmissions, readmission_windows
-- Dated by the readmission, or by the discharge it follows; then no discharge from `index_end_on` on is an index, since
-- its days of follow-up do not end inside the window.
select t.person_id, t.window_id, w.indicator, count(*) as quantity
from person_time as t
inner join readmission_windows as w on w.window_id = t.window_id
inner join readmissions as r on r.person_id = t.person_id and r.indicator = w.indicator and r.readmitted_on is not null
where
    case
        when w.is_dated_by_index
            then r.discharged_on >= t.from_on and r.discharged_on < t.to_on and r.discharged_on < w.index_end_on
        else r.readmitted_on >= t.from_on and (r.readmitted_on < t.to_on or (t.is_death and r.readmitted_on = t.to_on))
    end
group by t.person_id, t.window_id, w.indicator
order by t.person_id, t.window_id, w.indicator
