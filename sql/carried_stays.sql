-- Stays at a border in time: those that may still grow, and those that a readmission may still follow. Version 1.
-- grain: one row per stay that matters after the border; all others are final and done with.
-- reads: stays, stay_borders
-- `border_minute` is the first minute not read yet. A stay may grow while a contact from the border on can reach it, so
-- it is counted (`may_grow` false) only once nothing can. `kept_minutes`: how long a discharge is followed.
select
    s.person_id, s.contact_id, s.started_minute, s.ended_minute, s.started_on, s.ended_on, s.is_acute, s.contacts,
    s.open_contacts, s.ended_minute + b.max_gap_minutes >= b.border_minute as may_grow
from stays as s
inner join stay_borders as b
    on s.ended_minute + b.max_gap_minutes >= b.border_minute or s.ended_minute + b.kept_minutes >= b.border_minute
order by s.person_id, s.started_minute, s.contact_id
