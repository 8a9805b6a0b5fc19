-- Diagnoses whose contact is not in any delivery of contacts. Version 1.
-- grain: one row.
-- reads: accepted, contacts
select
    cast(count(*) as bigint) as entries,
    cast(count(case when c.contact_id is null then 1 end) as bigint) as unmatched
from accepted as a
left join (select k.contact_id from contacts as k group by k.contact_id) as c on c.contact_id = a.contact_id
