-- Weeks of each person in each window that were not on any benefit counted against self-support. Version 1.
-- grain: one row per person × window × indicator with at least one such week.
-- reads: person_time, benefits, weeks, self_support_rules, benefit_rules
-- A week belongs to the window its Monday lies in.
with lived as (
    select t.person_id, t.window_id, w.monday
    from person_time as t
    inner join weeks as w on w.monday >= t.from_on and w.monday < t.to_on
),

supported as (
    select l.person_id, l.monday, r.indicator, count(*) as spells
    from lived as l
    inner join benefits as b on b.person_id = l.person_id and b.week_from <= l.monday and b.week_to > l.monday
    inner join benefit_rules as r on r.code = '*' or r.code = b.code
    group by l.person_id, l.monday, r.indicator
)

select l.person_id, l.window_id, i.indicator, count(*) as quantity
from lived as l
inner join self_support_rules as i on i.is_self_support
left join supported as s on s.person_id = l.person_id and s.monday = l.monday and s.indicator = i.indicator
where s.person_id is null
group by l.person_id, l.window_id, i.indicator
order by l.person_id, l.window_id, i.indicator
