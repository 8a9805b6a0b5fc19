-- The answers that count: of each person, scale and window the first one given by the person. Version 1.
-- grain: one row per person × window × scale × item.
-- reads: cohort, surveys, windows, scales
-- Answers by proxy and second answers in the same window are left out. `before` the person's entry, or `after`.
with answers as (
    select
        c.person_id, c.arm, w.window_id, s.scale, s.item, s.answer, s.answered_on,
        case when s.answered_on < c.entry_on then 'before' else 'after' end as phase
    from cohort as c
    inner join surveys as s on s.person_id = c.person_id and not s.is_proxy
    inner join scales as k on k.scale = s.scale
    inner join windows as w on s.answered_on >= w.start_on and s.answered_on < w.end_on
),

firsts as (
    select a.person_id, a.window_id, a.scale, min(a.answered_on) as answered_on
    from answers as a
    group by a.person_id, a.window_id, a.scale
)

select a.person_id, a.arm, a.window_id, a.phase, a.scale, a.item, a.answer
from answers as a
inner join firsts as f
    on f.person_id = a.person_id and f.window_id = a.window_id and f.scale = a.scale and f.answered_on = a.answered_on
order by a.person_id, a.window_id, a.scale, a.item
