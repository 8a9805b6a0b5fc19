-- Rows of persons who have two sexes or two birth months in one file: which of them is right, nobody can say. Version 1.
-- grain: one row per row of the file.
-- reads: candidates
select distinct c.row_number
from candidates as c
inner join (
    select p.person_id
    from candidates as p
    group by p.person_id
    having min(p.sex) <> max(p.sex) or min(p.birth_month) <> max(p.birth_month)
) as clash on clash.person_id = c.person_id
order by c.row_number
