-- Who lived in an area of the contract on the day of entry of each wave, and what kept them out. Version 1.
-- grain: one row per resident × wave.
-- reads: population, benefits, arms, waves, benefit_codes
-- Only what was so on the day of entry is looked at: residence up to it, age by birth month, the benefit in its week. A stay
-- is unbroken while one interval in the area begins no later than another ends; emigration breaks it. Of two addresses on one
-- day the later counts. `excluded_by` is the first reason of care_home, residence, age_or_benefit; none: only earlier use is
-- left to ask for. One who dies or leaves on the day of entry is not there: no day of theirs could be followed.
with deaths as (
    select p.person_id, min(p.died_on) as died_on
    from population as p
    group by p.person_id
),

stays as (
    select
        p.person_id, p.sex, p.birth_month, p.area, p.municipality, p.is_care_home, a.arm, a.start_on, a.end_on,
        d.died_on, p.resident_from,
        least(
            coalesce(p.resident_to, cast('9999-12-31' as date)),
            case
                when p.emigrated_on >= p.resident_from then p.emigrated_on
                else cast('9999-12-31' as date)
            end
        ) as stays_until
    from population as p
    inner join arms as a on a.area = p.area
    inner join deaths as d on d.person_id = p.person_id
),

joined as (
    select
        s.person_id, s.sex, s.birth_month, s.area, s.municipality, s.is_care_home, s.arm, s.start_on, s.end_on,
        s.died_on, s.resident_from, s.stays_until,
        max(s.stays_until) over (
            partition by s.person_id, s.area order by s.resident_from, s.stays_until
            rows between unbounded preceding and 1 preceding
        ) as stayed_until
    from stays as s
),

unbroken as (
    select
        j.person_id, j.sex, j.birth_month, j.area, j.municipality, j.is_care_home, j.arm, j.start_on, j.end_on,
        j.died_on, j.resident_from, j.stays_until,
        max(case when j.stayed_until is null or j.stayed_until < j.resident_from then j.resident_from end) over (
            partition by j.person_id, j.area order by j.resident_from, j.stays_until
            rows between unbounded preceding and current row
        ) as lived_since
    from joined as j
),

residents as (
    select
        u.person_id, u.arm, w.wave_id, w.entry_on, u.area, u.municipality, u.sex, u.birth_month,
        u.is_care_home and not w.takes_care_home as is_kept_out,
        u.lived_since <= w.resident_since as has_lived_there,
        u.birth_month <= w.born_until as is_of_age,
        w.index_week,
        row_number() over (
            partition by u.person_id, w.wave_id order by u.resident_from desc, u.area, u.stays_until
        ) as address
    from unbroken as u
    inner join waves as w
        on u.resident_from <= w.entry_on and u.stays_until > w.entry_on
        and u.start_on <= w.entry_on and u.end_on > w.entry_on
        and (u.died_on is null or u.died_on > w.entry_on)
),

on_benefit as (
    select r.person_id, r.wave_id, count(*) as weeks
    from residents as r
    inner join benefits as b
        on b.person_id = r.person_id and b.week_from <= r.index_week and b.week_to > r.index_week
    inner join benefit_codes as c on c.code = b.code
    where r.address = 1
    group by r.person_id, r.wave_id
)

select
    r.person_id, r.arm, r.wave_id, r.entry_on, r.area, r.municipality, r.sex, r.birth_month,
    o.person_id is not null as has_benefit,
    case
        when r.is_kept_out then 'care_home'
        when not r.has_lived_there then 'residence'
        when not r.is_of_age and o.person_id is null then 'age_or_benefit'
    end as excluded_by
from residents as r
left join on_benefit as o on o.person_id = r.person_id and o.wave_id = r.wave_id
where r.address = 1
order by r.person_id, r.entry_on, r.wave_id
