-- Corrections: as many rows of a content as it has negative ones are taken back, and those negative ones with them. Version 1.
-- grain: one row per row of a content that has a negative row; `is_cancelled` is 0 for what is left over, of either sign.
-- reads: contents
select placed.row_number, placed.sign, case when placed.place <= least(told.positive, told.negative) then 1 else 0 end as is_cancelled
from (
    select c.row_number, c.content, c.sign, row_number() over (partition by c.content, c.sign order by c.row_number) as place
    from contents as c
) as placed
inner join (
    select
        s.content,
        sum(case when s.sign > 0 then 1 else 0 end) as positive,
        sum(case when s.sign < 0 then 1 else 0 end) as negative
    from contents as s
    group by s.content
    having sum(case when s.sign < 0 then 1 else 0 end) > 0
) as told on told.content = placed.content
order by placed.row_number
