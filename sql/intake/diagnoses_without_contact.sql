-- Diagnoses whose contact is not in any delivery of contacts. Contacts are many: first those that are asked for. Version 2.
-- grain: one row.
-- reads: accepted, contacts
select
    cast(count(*) as bigint) as entries,
    cast(count(case when c.contact_id is null then 1 end) as bigint) as unmatched
from accepted as a
left join (
    select k.contact_id
    from contacts as k
    inner join (select d.contact_id from accepted as d group by d.contact_id) as asked on asked.contact_id = k.contact_id
    group by k.contact_id
) as c on c.contact_id = a.contact_id
