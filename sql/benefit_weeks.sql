-- Weeks of each person in each window on a benefit, or off all those counted against self-support. Version 2.
-- grain: one row per person × window × indicator with at least one such week.
-- reads: person_time, benefits, weeks, week_rules, benefit_rules
-- A week belongs to the window its Monday lies in, and is on a benefit if the benefit runs on that Monday.
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
inner join week_rules as i on i.weeks = 'on' or i.weeks = 'off'
left join supported as s on s.person_id = l.person_id and s.monday = l.monday and s.indicator = i.indicator
where (i.weeks = 'on' and s.person_id is not null) or (i.weeks = 'off' and s.person_id is null)
group by l.person_id, l.window_id, i.indicator
order by l.person_id, l.window_id, i.indicator
