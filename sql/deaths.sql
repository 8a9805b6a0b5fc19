-- The day each dead person died. Version 1.
-- grain: one row per person who has died.
-- reads: population
select p.person_id, min(p.died_on) as died_on
from population as p
where p.died_on is not null
group by p.person_id
order by p.person_id
