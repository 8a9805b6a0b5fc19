-- The contacts that hospital stays are made of: physical ones of the cohort, with what a stay needs of them. Version 1.
-- grain: one row per contact that the definition of a stay takes in.
-- reads: contacts, cohort, stay_forms, left_out_units
-- A contact still open is known to have begun and nothing more: it reaches no further than its start, and is counted in
-- `open_contacts`. A contact without a clock time cannot be put in a chain. The columns are those of a stay.
select
    c.person_id, c.contact_id, c.started_minute, coalesce(c.ended_minute, c.started_minute) as ended_minute,
    c.started_on, coalesce(c.ended_on, c.started_on) as ended_on,
    coalesce(c.priority = f.acute_priority, false) as is_acute, cast(1 as bigint) as contacts,
    cast(case when c.ended_minute is null then 1 else 0 end as bigint) as open_contacts
from contacts as c
inner join cohort as p on p.person_id = c.person_id
inner join stay_forms as f on f.sector = c.sector and f.form = c.form
left join left_out_units as u on u.unit = c.unit
where
    u.unit is null and c.started_minute is not null
    and (f.takes_open or c.ended_minute is not null)
order by c.person_id, c.started_minute, c.contact_id
