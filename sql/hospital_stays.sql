-- Hospital stays: chains of contacts of a person that overlap or have at most so many minutes between them. Version 1.
-- grain: one row per stay, from the earliest start to the latest end.
-- reads: stay_contacts, stay_gaps
-- A stay is acute by its first contact; of those that start in the same minute an acute one is first, then the lowest
-- `contact_id`. A stay has the columns of a contact, and stays put in again are the same stays.
with reached as (
    select
        c.person_id, c.contact_id, c.started_minute, c.ended_minute, c.started_on, c.ended_on, c.is_acute,
        c.contacts, c.open_contacts,
        max(c.ended_minute) over (
            partition by c.person_id order by c.started_minute, c.is_acute desc, c.contact_id
            rows between unbounded preceding and 1 preceding
        ) as reached_minute
    from stay_contacts as c
),

chained as (
    select
        r.person_id, r.contact_id, r.started_minute, r.ended_minute, r.started_on, r.ended_on, r.is_acute,
        r.contacts, r.open_contacts,
        r.reached_minute is null or r.started_minute > r.reached_minute + g.max_gap_minutes as is_first
    from reached as r
    inner join stay_gaps as g on g.max_gap_minutes >= 0
),

numbered as (
    select
        c.person_id, c.contact_id, c.started_minute, c.ended_minute, c.started_on, c.ended_on, c.is_acute,
        c.contacts, c.open_contacts, c.is_first,
        count(case when c.is_first then 1 end) over (
            partition by c.person_id order by c.started_minute, c.is_acute desc, c.contact_id
            rows between unbounded preceding and current row
        ) as stay_number
    from chained as c
)

select
    n.person_id, min(case when n.is_first then n.contact_id end) as contact_id,
    min(n.started_minute) as started_minute, max(n.ended_minute) as ended_minute,
    min(n.started_on) as started_on, max(n.ended_on) as ended_on,
    max(case when n.is_first then n.is_acute else false end) as is_acute,
    cast(sum(n.contacts) as bigint) as contacts, cast(sum(n.open_contacts) as bigint) as open_contacts
from numbered as n
group by n.person_id, n.stay_number
order by n.person_id, started_minute
