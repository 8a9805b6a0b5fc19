-- Rows of the file that share a key with a row of other content: which of them is right, nobody can say. Version 1.
-- grain: one row per row of the file.
-- reads: repeated
select distinct r.row_number
from repeated as r
inner join (
    select s.row_key
    from repeated as s
    group by s.row_key
    having min(s.content) <> max(s.content)
) as clash on clash.row_key = r.row_key
order by r.row_number
