-- The contacts of those who are followed, out of a register of many more. Version 1.
-- grain: one row per contact of a person of the cohort, however often the person is a member.
-- reads: contacts, cohort
-- Counting and making stays both look at these alone: a register of a country is read once, however much is counted of it.
with persons as (
    select p.person_id, count(*) as memberships
    from cohort as p
    group by p.person_id
)

select
    c.person_id, c.contact_id, c.sector, c.started_on, c.ended_on, c.started_minute, c.ended_minute, c.minutes,
    c.priority, c.form, c.unit, c.specialty
from contacts as c
inner join persons as p on p.person_id = c.person_id
order by c.person_id, c.started_on, c.contact_id
