-- Discharges that a readmission may follow, and the acute readmission that did. Version 1.
-- grain: one row per index: an admission, acute or planned, whose end is known and that the person left alive.
-- reads: stays, deaths, readmission_rules
-- A readmission is the next admission after the discharge, if it is acute and starts more than `after_minutes` and at
-- most `within_minutes` later: so one index has at most one, and it belongs to the latest discharge before it. A planned
-- return is none, and is the index of what follows it. Whoever dies on the day a stay ends was not discharged alive.
with admissions as (
    select
        s.person_id, s.contact_id, s.started_minute, s.ended_minute, s.ended_on, s.open_contacts,
        r.after_minutes, r.within_minutes,
        lead(s.started_minute) over (partition by s.person_id order by s.started_minute, s.contact_id) as next_minute,
        lead(s.started_on) over (partition by s.person_id order by s.started_minute, s.contact_id) as next_on,
        lead(s.is_acute) over (partition by s.person_id order by s.started_minute, s.contact_id) as is_next_acute
    from stays as s
    inner join readmission_rules as r on s.ended_minute - s.started_minute >= r.min_minutes
)

select
    a.person_id, a.ended_on as discharged_on,
    case
        when
            a.is_next_acute and a.next_minute > a.ended_minute + a.after_minutes
            and a.next_minute <= a.ended_minute + a.within_minutes
            then a.next_on
    end as readmitted_on
from admissions as a
left join deaths as d on d.person_id = a.person_id
where a.open_contacts = 0 and (d.died_on is null or d.died_on > a.ended_on)
order by a.person_id, a.started_minute, a.contact_id
