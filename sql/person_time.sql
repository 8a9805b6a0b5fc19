-- Living person-time in each window: from entry (follow-up) to death, emigration or the end, and on after a return. Version 3.
-- grain: one row per span: a person of the cohort × window × unbroken stretch in the country.
-- reads: cohort, population, windows, endings, censor_rules
-- Absent from the day of emigration until the next interval of residence begins, in the baseline as after. Movers stay: a
-- move closes an interval of residence, not follow-up. A death belongs to the window whose person-time it ends. Baseline
-- windows count whole from the month of birth, since whoever entered was alive before; that holds in both arms alike. What
-- `censor_rules` names besides ends the time for good, and where that is no later than entry there is none, not before
-- entry either; only the last days of life are cut without that. Version 2: spans, and what else may end them. Version 3: no time before birth.
with leaving as (
    select p.person_id, p.emigrated_on, min(p.resident_from) as resident_from
    from cohort as c
    inner join population as p on p.person_id = c.person_id
    where p.emigrated_on is not null
    group by p.person_id, p.emigrated_on
),

returns as (
    select l.person_id, l.emigrated_on, min(p.resident_from) as returned_on
    from leaving as l
    left join population as p
        on p.person_id = l.person_id and p.resident_from >= l.emigrated_on and p.resident_from > l.resident_from
    group by l.person_id, l.emigrated_on
),

absences as (
    select r.person_id, min(r.emigrated_on) as from_on, r.returned_on
    from returns as r
    where r.returned_on is null or r.returned_on > r.emigrated_on
    group by r.person_id, r.returned_on
),

arrivals as (
    select c.person_id, c.birth_month as here_from
    from cohort as c
    union all
    select a.person_id, a.returned_on as here_from
    from absences as a
    where a.returned_on is not null
),

presences as (
    select v.person_id, v.here_from, coalesce(min(a.from_on), cast('9999-12-31' as date)) as here_until
    from arrivals as v
    left join absences as a on a.person_id = v.person_id and a.from_on >= v.here_from
    group by v.person_id, v.here_from
),

deaths as (
    select c.person_id, coalesce(min(p.died_on), cast('9999-12-31' as date)) as died_on
    from cohort as c
    inner join population as p on p.person_id = c.person_id
    group by c.person_id
),

censored as (
    select
        e.person_id, min(e.ends_on) as ends_on,
        count(case when e.ends_on <= c.entry_on and e.reason <> 'last_days' then 1 end) as at_entry
    from endings as e
    inner join cohort as c on c.person_id = e.person_id
    inner join censor_rules as r on r.reason = e.reason
    group by e.person_id
),

spans as (
    select
        c.person_id, c.arm, c.entry_on, w.window_id, w.phase, w.end_on, d.died_on,
        case
            when w.phase = 'baseline' then greatest(w.start_on, h.here_from)
            else greatest(w.start_on, c.entry_on, h.here_from)
        end as from_on,
        least(w.end_on, h.here_until, d.died_on, coalesce(x.ends_on, w.end_on)) as to_on
    from cohort as c
    inner join presences as h on h.person_id = c.person_id
    inner join deaths as d on d.person_id = c.person_id
    left join censored as x on x.person_id = c.person_id
    inner join windows as w on w.phase = 'baseline' or w.end_on > c.entry_on
    where x.at_entry is null or x.at_entry = 0
)

select
    s.person_id, s.arm, s.entry_on, s.window_id, s.phase,
    cast(row_number() over (partition by s.person_id, s.window_id order by s.from_on) as bigint) as span,
    s.from_on, s.to_on, date_diff('day', s.from_on, s.to_on) as person_days,
    s.phase <> 'baseline' and s.died_on = s.to_on as is_death,
    s.to_on < s.end_on as is_exit
from spans as s
where s.from_on < s.to_on
order by s.person_id, s.window_id, s.from_on
