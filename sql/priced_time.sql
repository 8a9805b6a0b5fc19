-- Person-time cut where the tariffs change, so that what is counted in a piece has one price. Version 1.
-- grain: one row per span of person-time × piece of its window.
-- reads: person_time, priced_windows
-- The day of death falls in the piece of its date: where a tariff begins on that very day, in a piece of no days.
select
    t.person_id, w.piece_id as window_id, greatest(t.from_on, w.from_on) as from_on, least(t.to_on, w.to_on) as to_on,
    t.is_death and (t.to_on < w.to_on or w.is_last) as is_death
from person_time as t
inner join priced_windows as w
    on w.window_id = t.window_id and w.to_on > t.from_on
    and (w.from_on < t.to_on or (t.is_death and w.from_on = t.to_on))
order by t.person_id, w.piece_id, from_on
