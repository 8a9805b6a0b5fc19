-- The answers that count: of each person, scale and window the first valid one given by the person. Version 2.
-- grain: one row per person × window × phase × scale × item.
-- reads: cohort, surveys, windows, scales, scale_items
-- `before` the person's entry, or `after`: where entry lies inside a window, each has its first. What was answered on one day
-- is one answer, valid where enough items of the scale lie in its range; where none is, the first stands, so that it can be
-- told how many gave too few items. Answers by proxy and further ones are left out. Version 2: the first valid one, by phase.
with answers as (
    select
        c.person_id, c.arm, w.window_id, s.scale, s.item, s.answer, s.answered_on, k.min_items,
        case when s.answered_on < c.entry_on then 'before' else 'after' end as phase,
        case when i.item is not null and s.answer >= k.lowest and s.answer <= k.highest then 1 end as is_valid
    from cohort as c
    inner join surveys as s on s.person_id = c.person_id and not s.is_proxy
    inner join scales as k on k.scale = s.scale
    inner join windows as w on s.answered_on >= w.start_on and s.answered_on < w.end_on
    left join scale_items as i on i.scale = s.scale and i.item = s.item
),

forms as (
    select
        a.person_id, a.window_id, a.phase, a.scale, a.answered_on,
        case when count(a.is_valid) >= a.min_items then a.answered_on end as valid_on
    from answers as a
    group by a.person_id, a.window_id, a.phase, a.scale, a.answered_on, a.min_items
),

firsts as (
    select
        f.person_id, f.window_id, f.phase, f.scale, coalesce(min(f.valid_on), min(f.answered_on)) as answered_on
    from forms as f
    group by f.person_id, f.window_id, f.phase, f.scale
)

select a.person_id, a.arm, a.window_id, a.phase, a.scale, a.item, a.answer
from answers as a
inner join firsts as f
    on
        f.person_id = a.person_id and f.window_id = a.window_id and f.phase = a.phase and f.scale = a.scale
        and f.answered_on = a.answered_on
order by a.person_id, a.window_id, a.phase, a.scale, a.item
