-- What two versions of a delivery hold in all, and by code. Version 1.
-- grain: one row per code that stands in either; the code `*` is all of them together.
-- reads: earlier, later
-- `persons_gone` and `persons_new` are those that the other version has not, in the same code; `persons_moved` those with any
-- row that is not the same in both.
with rows_of as (
    select 'before' as version, e.person_id, e.code, e.quantity, e.row_key, e.content
    from earlier as e
    union all
    select 'after' as version, l.person_id, l.code, l.quantity, l.row_key, l.content
    from later as l
),

coded as (
    select r.version, r.person_id, coalesce(r.code, '') as code, r.quantity, r.row_key, r.content
    from rows_of as r
    union all
    select r.version, r.person_id, '*' as code, r.quantity, r.row_key, r.content
    from rows_of as r
),

held as (
    select
        c.code, c.row_key, c.person_id,
        count(case when c.version = 'before' then 1 end) as was,
        count(case when c.version = 'after' then 1 end) as is_now,
        count(distinct coalesce(c.content, '')) as contents,
        sum(case when c.version = 'before' then c.quantity end) as quantity_before,
        sum(case when c.version = 'after' then c.quantity end) as quantity_after
    from coded as c
    group by c.code, c.row_key, c.person_id
),

persons as (
    select
        h.code, h.person_id, sum(h.was) as rows_before, sum(h.is_now) as rows_after,
        sum(h.quantity_before) as quantity_before, sum(h.quantity_after) as quantity_after,
        max(case when h.was <> h.is_now or h.contents > 1 then 1 else 0 end) as is_moved
    from held as h
    group by h.code, h.person_id
)

select
    p.code,
    cast(sum(p.rows_before) as bigint) as rows_before, cast(sum(p.rows_after) as bigint) as rows_after,
    count(case when p.rows_before > 0 then 1 end) as persons_before,
    count(case when p.rows_after > 0 then 1 end) as persons_after,
    count(case when p.rows_before > 0 and p.rows_after = 0 then 1 end) as persons_gone,
    count(case when p.rows_before = 0 and p.rows_after > 0 then 1 end) as persons_new,
    cast(sum(p.is_moved) as bigint) as persons_moved,
    cast(sum(p.quantity_before) as bigint) as quantity_before, cast(sum(p.quantity_after) as bigint) as quantity_after
from persons as p
group by p.code
order by p.code
