-- What a version of a delivery has that another has not: rows added, changed, gone and the same, and where. Version 1.
-- grain: one row per kind of row; of the changed also how many differ in each column.
-- reads: earlier, later
-- A row is the same row where its key is: who changed a key took one row away and added another. Cells are text as
-- `transforms/superseded.py` writes it, `content` all of them; a table has as many of c01 to c16 as it has columns beside its
-- key, and the others are empty in every row. Persons are counted beside rows, for it is they who may be too few to be told of.
with paired as (
    select
        coalesce(l.person_id, e.person_id) as person_id,
        case
            when e.row_key is null then 'added'
            when l.row_key is null then 'gone'
            when e.content is distinct from l.content then 'changed'
            else 'same'
        end as kind,
        e.c01 as c01_was, l.c01 as c01_is,
        e.c02 as c02_was, l.c02 as c02_is,
        e.c03 as c03_was, l.c03 as c03_is,
        e.c04 as c04_was, l.c04 as c04_is,
        e.c05 as c05_was, l.c05 as c05_is,
        e.c06 as c06_was, l.c06 as c06_is,
        e.c07 as c07_was, l.c07 as c07_is,
        e.c08 as c08_was, l.c08 as c08_is,
        e.c09 as c09_was, l.c09 as c09_is,
        e.c10 as c10_was, l.c10 as c10_is,
        e.c11 as c11_was, l.c11 as c11_is,
        e.c12 as c12_was, l.c12 as c12_is,
        e.c13 as c13_was, l.c13 as c13_is,
        e.c14 as c14_was, l.c14 as c14_is,
        e.c15 as c15_was, l.c15 as c15_is,
        e.c16 as c16_was, l.c16 as c16_is
    from earlier as e
    full outer join later as l on l.row_key = e.row_key
)

select
    p.kind, count(*) as all_rows, count(distinct p.person_id) as persons,
    count(case when p.kind = 'changed' and p.c01_was is distinct from p.c01_is then 1 end) as rows_c01,
    count(distinct case when p.kind = 'changed' and p.c01_was is distinct from p.c01_is then p.person_id end) as persons_c01,
    count(case when p.kind = 'changed' and p.c02_was is distinct from p.c02_is then 1 end) as rows_c02,
    count(distinct case when p.kind = 'changed' and p.c02_was is distinct from p.c02_is then p.person_id end) as persons_c02,
    count(case when p.kind = 'changed' and p.c03_was is distinct from p.c03_is then 1 end) as rows_c03,
    count(distinct case when p.kind = 'changed' and p.c03_was is distinct from p.c03_is then p.person_id end) as persons_c03,
    count(case when p.kind = 'changed' and p.c04_was is distinct from p.c04_is then 1 end) as rows_c04,
    count(distinct case when p.kind = 'changed' and p.c04_was is distinct from p.c04_is then p.person_id end) as persons_c04,
    count(case when p.kind = 'changed' and p.c05_was is distinct from p.c05_is then 1 end) as rows_c05,
    count(distinct case when p.kind = 'changed' and p.c05_was is distinct from p.c05_is then p.person_id end) as persons_c05,
    count(case when p.kind = 'changed' and p.c06_was is distinct from p.c06_is then 1 end) as rows_c06,
    count(distinct case when p.kind = 'changed' and p.c06_was is distinct from p.c06_is then p.person_id end) as persons_c06,
    count(case when p.kind = 'changed' and p.c07_was is distinct from p.c07_is then 1 end) as rows_c07,
    count(distinct case when p.kind = 'changed' and p.c07_was is distinct from p.c07_is then p.person_id end) as persons_c07,
    count(case when p.kind = 'changed' and p.c08_was is distinct from p.c08_is then 1 end) as rows_c08,
    count(distinct case when p.kind = 'changed' and p.c08_was is distinct from p.c08_is then p.person_id end) as persons_c08,
    count(case when p.kind = 'changed' and p.c09_was is distinct from p.c09_is then 1 end) as rows_c09,
    count(distinct case when p.kind = 'changed' and p.c09_was is distinct from p.c09_is then p.person_id end) as persons_c09,
    count(case when p.kind = 'changed' and p.c10_was is distinct from p.c10_is then 1 end) as rows_c10,
    count(distinct case when p.kind = 'changed' and p.c10_was is distinct from p.c10_is then p.person_id end) as persons_c10,
    count(case when p.kind = 'changed' and p.c11_was is distinct from p.c11_is then 1 end) as rows_c11,
    count(distinct case when p.kind = 'changed' and p.c11_was is distinct from p.c11_is then p.person_id end) as persons_c11,
    count(case when p.kind = 'changed' and p.c12_was is distinct from p.c12_is then 1 end) as rows_c12,
    count(distinct case when p.kind = 'changed' and p.c12_was is distinct from p.c12_is then p.person_id end) as persons_c12,
    count(case when p.kind = 'changed' and p.c13_was is distinct from p.c13_is then 1 end) as rows_c13,
    count(distinct case when p.kind = 'changed' and p.c13_was is distinct from p.c13_is then p.person_id end) as persons_c13,
    count(case when p.kind = 'changed' and p.c14_was is distinct from p.c14_is then 1 end) as rows_c14,
    count(distinct case when p.kind = 'changed' and p.c14_was is distinct from p.c14_is then p.person_id end) as persons_c14,
    count(case when p.kind = 'changed' and p.c15_was is distinct from p.c15_is then 1 end) as rows_c15,
    count(distinct case when p.kind = 'changed' and p.c15_was is distinct from p.c15_is then p.person_id end) as persons_c15,
    count(case when p.kind = 'changed' and p.c16_was is distinct from p.c16_is then 1 end) as rows_c16,
    count(distinct case when p.kind = 'changed' and p.c16_was is distinct from p.c16_is then p.person_id end) as persons_c16
from paired as p
group by p.kind
order by p.kind
