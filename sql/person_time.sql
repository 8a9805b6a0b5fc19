-- Living person-time in each window: from entry (follow-up) to death, emigration or the end. Version 1.
-- grain: one row per person of the cohort × window in which the person lived at least a day.
-- reads: cohort, population, windows
-- A death belongs to the window whose person-time it ends. Emigration before entry is history: the person came back.
-- Movers stay: a move closes an interval of residence, not follow-up. In the baseline the whole window counts, since
-- whoever entered was alive before; that holds in both arms alike.
with exits as (
    select
        c.person_id, min(p.died_on) as died_on,
        min(case when p.emigrated_on >= c.entry_on then p.emigrated_on end) as emigrated_on
    from cohort as c
    inner join population as p on p.person_id = c.person_id
    group by c.person_id
),

spans as (
    select
        c.person_id, c.arm, c.entry_on, w.window_id, w.phase, w.end_on, x.died_on, x.emigrated_on,
        case when w.phase = 'follow_up' then greatest(w.start_on, c.entry_on) else w.start_on end as from_on,
        least(w.end_on, coalesce(x.died_on, w.end_on), coalesce(x.emigrated_on, w.end_on)) as to_on
    from cohort as c
    inner join exits as x on x.person_id = c.person_id
    inner join windows as w on w.phase = 'baseline' or w.end_on > c.entry_on
)

select
    s.person_id, s.arm, s.entry_on, s.window_id, s.phase, s.from_on, s.to_on,
    date_diff('day', s.from_on, s.to_on) as person_days,
    s.phase = 'follow_up' and s.died_on is not null and s.died_on = s.to_on as is_death,
    s.to_on < s.end_on as is_exit
from spans as s
where s.from_on < s.to_on
order by s.person_id, s.window_id
