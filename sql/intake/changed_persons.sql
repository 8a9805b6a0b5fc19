-- The persons of two deliveries of the population, compared: who is gone, who has appeared in time that was told, who is another.
-- grain: one row.
-- reads: earlier, accepted, settled, area_arms
-- `settled.day`: a day that the earlier delivery knew well, some time before it was drawn. Gone: lived anywhere then, and is not in
-- the later one. Appeared: lived in an area of an arm then, says the later one, and is not in the earlier. Version 1.
with before as (
    select
        p.person_id, min(p.sex) as sex, min(p.birth_month) as birth_month,
        max(case when p.resident_from <= s.day and (p.resident_to is null or p.resident_to > s.day) then 1 else 0 end) as was_here
    from earlier as p
    cross join settled as s
    group by p.person_id
),

now_told as (
    select
        p.person_id, min(p.sex) as sex, min(p.birth_month) as birth_month,
        max(case
            when
                x.area is not null and p.resident_from <= s.day and (p.resident_to is null or p.resident_to > s.day)
                then 1
            else 0
        end) as was_here
    from accepted as p
    cross join settled as s
    left join area_arms as x on x.area = p.area
    group by p.person_id
),

known as (
    select
        cast(count(*) as bigint) as persons_before,
        cast(count(case when n.person_id is null then 1 end) as bigint) as gone,
        cast(count(case when n.sex <> b.sex then 1 end) as bigint) as other_sex,
        cast(count(case when n.birth_month <> b.birth_month then 1 end) as bigint) as other_birth_month
    from before as b
    left join now_told as n on n.person_id = b.person_id
    where b.was_here = 1
),

found as (
    select
        cast(count(*) as bigint) as persons_now,
        cast(count(case when b.person_id is null then 1 end) as bigint) as appeared
    from now_told as n
    left join before as b on b.person_id = n.person_id
    where n.was_here = 1
)

select k.persons_before, k.gone, k.other_sex, k.other_birth_month, f.persons_now, f.appeared
from known as k
cross join found as f
