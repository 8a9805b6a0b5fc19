-- Contacts of each person in each window, by the rules of the indicators. Version 2.
-- grain: one row per person × window × indicator with at least one contact.
-- reads: person_time, contacts, contact_rules, own_units
-- A contact counts in the window it starts in; one on the day of death in the window that the death ends. `*` in a rule means any. Own units are those of the intervention.
-- The conditions of a rule are one `case`, so that DuckDB does not take each to leave few contacts, and build its table of them.
select t.person_id, t.window_id, r.indicator, count(*) as quantity
from person_time as t
inner join contacts as c
    on c.person_id = t.person_id and c.started_on >= t.from_on
    and (c.started_on < t.to_on or (t.is_death and c.started_on = t.to_on))
inner join contact_rules as r
    on r.sector = c.sector
    and case
        when
            (r.priority = '*' or r.priority = c.priority)
            and (r.form = '*' or r.form = c.form)
            and (r.specialty = '*' or r.specialty = c.specialty)
            and (r.min_minutes = 0 or c.minutes >= r.min_minutes)
            and (r.under_minutes = 0 or c.minutes < r.under_minutes)
            then true
        else false
    end
left join own_units as u on u.unit = c.unit
where not r.excludes_own_units or u.unit is null
group by t.person_id, t.window_id, r.indicator
order by t.person_id, t.window_id, r.indicator
