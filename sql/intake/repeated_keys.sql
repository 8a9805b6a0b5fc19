-- Keys that more than one candidate row has. Version 1.
-- grain: one row per such key.
-- reads: candidates
select c.row_key
from candidates as c
group by c.row_key
having count(*) > 1
order by c.row_key
