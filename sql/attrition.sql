-- What became of the residents of the areas on each day of entry. Version 1.
-- grain: one row per arm × wave × step that befell somebody.
-- reads: candidates, cohort, known_before
-- Each resident is in one step: entered_earlier (in the cohort already, whatever is so now), the first reason that kept them
-- out (care_home, residence, age_or_benefit, earlier_use), or entered. The steps of a wave sum to its residents. The arm is
-- that of the area lived in on the day. `known_before` counts those of the step with enough of what is only shown.
with judged as (
    select
        c.person_id, c.arm, c.wave_id,
        case
            when m.entry_on < c.entry_on then 'entered_earlier'
            when c.excluded_by is not null then c.excluded_by
            when m.wave_id = c.wave_id then 'entered'
            else 'earlier_use'
        end as step
    from candidates as c
    left join cohort as m on m.person_id = c.person_id
)

select
    j.arm, j.wave_id, j.step, count(*) as persons,
    count(case when k.person_id is not null then 1 end) as known_before
from judged as j
left join known_before as k on k.person_id = j.person_id and k.wave_id = j.wave_id
group by j.arm, j.wave_id, j.step
order by j.arm, j.wave_id, j.step
