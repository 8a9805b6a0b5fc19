-- Who entered which arm, when, and on what ground. Version 2.
-- grain: one row per person; a person enters once, in the first wave whose conditions are met, and stays.
-- reads: candidates, earlier_use, waves
-- Version 2: the conditions of the day of entry are judged in `candidates`; here earlier use is asked for besides. Benefit
-- status is never looked at again: code 783 becomes 998 at pension age.
with eligible as (
    select
        c.person_id, c.arm, c.wave_id, c.entry_on, c.area, c.municipality, c.sex, c.birth_month, c.has_benefit,
        row_number() over (partition by c.person_id order by c.entry_on, c.wave_id) as entry_rank
    from candidates as c
    inner join waves as w on w.wave_id = c.wave_id
    left join earlier_use as u on u.person_id = c.person_id and u.wave_id = c.wave_id
    where c.excluded_by is null and coalesce(u.quantity, 0) >= w.least_use
)

select e.person_id, e.arm, e.wave_id, e.entry_on, e.area, e.municipality, e.sex, e.birth_month, e.has_benefit
from eligible as e
where e.entry_rank = 1
order by e.person_id
