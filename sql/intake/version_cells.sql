-- How many persons tell versions of a delivery apart: rows, and persons, that all of these versions treat alike, counted together.
-- Version 1.
-- grain: one row per kind (rows, persons), code and way of being in the versions.
-- reads: versions
-- `versions`: version (1 to 8), row_key, person_id, code, content; a version that is not given has no rows. Two versions treat a
-- row alike where its content is the same in both. Of versions each of whose counts is told, no reckoning with these counts gives
-- one of fewer persons than the least of these cells, since every count is a sum of them.
with labelled as (
    select
        v.version, v.row_key, v.person_id, coalesce(v.code, '') as code,
        min(v.version) over (partition by v.row_key, v.person_id, v.content order by v.version) as content_of
    from versions as v
),

by_row as (
    select
        l.row_key, l.person_id, l.code,
        max(case when l.version = 1 then l.content_of end) as v1,
        max(case when l.version = 2 then l.content_of end) as v2,
        max(case when l.version = 3 then l.content_of end) as v3,
        max(case when l.version = 4 then l.content_of end) as v4,
        max(case when l.version = 5 then l.content_of end) as v5,
        max(case when l.version = 6 then l.content_of end) as v6,
        max(case when l.version = 7 then l.content_of end) as v7,
        max(case when l.version = 8 then l.content_of end) as v8
    from labelled as l
    group by l.row_key, l.person_id, l.code
),

by_person as (
    select
        l.person_id, l.code,
        max(case when l.version = 1 then 1 end) as v1,
        max(case when l.version = 2 then 1 end) as v2,
        max(case when l.version = 3 then 1 end) as v3,
        max(case when l.version = 4 then 1 end) as v4,
        max(case when l.version = 5 then 1 end) as v5,
        max(case when l.version = 6 then 1 end) as v6,
        max(case when l.version = 7 then 1 end) as v7,
        max(case when l.version = 8 then 1 end) as v8
    from labelled as l
    group by l.person_id, l.code
),

cells as (
    select 'rows' as kind, r.code, r.v1, r.v2, r.v3, r.v4, r.v5, r.v6, r.v7, r.v8, count(distinct r.person_id) as persons
    from by_row as r
    group by r.code, r.v1, r.v2, r.v3, r.v4, r.v5, r.v6, r.v7, r.v8
    union all
    select 'persons' as kind, p.code, p.v1, p.v2, p.v3, p.v4, p.v5, p.v6, p.v7, p.v8, count(*) as persons
    from by_person as p
    group by p.code, p.v1, p.v2, p.v3, p.v4, p.v5, p.v6, p.v7, p.v8
)

select c.kind, c.code, c.v1, c.v2, c.v3, c.v4, c.v5, c.v6, c.v7, c.v8, c.persons
from cells as c
order by c.kind, c.code, c.v1, c.v2, c.v3, c.v4, c.v5, c.v6, c.v7, c.v8
