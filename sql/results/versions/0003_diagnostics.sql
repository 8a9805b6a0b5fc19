-- The results database, version 3: rates have intervals and a standardised form, an estimate says how it was found and what
-- it may be called, and what was found when its assumptions were looked at is kept beside it.

-- What the digest of results covers: 1 their rows as they were computed, 2 their rows in order of the key, 3 those with the
-- columns of this version, and the diagnostics.
alter table measured drop constraint measured_form_check;
alter table measured add constraint measured_form_check check (form in (1, 2, 3));

alter table indicator_value
    add column low numeric,                       -- the interval of the value, by person where one may have many events
    add column high numeric,
    add column standardised numeric,              -- the value in the standard population of the contract
    add column standardised_low numeric,
    add column standardised_high numeric,
    add column standardised_refused text,         -- why there is no standardised value: the code of the refusal
    add column persons_with_any bigint;           -- of the persons those with anything counted; null for a survey

-- Null in what was measured before this version, and where there is no estimate.
alter table effect_estimate
    add column estimator text,
    add column clusters text,
    add column is_approximate boolean,            -- the interval is by few areas
    add column is_significant boolean,            -- no effect is outside the interval, and so many areas can show it
    add column power numeric;                     -- chance of showing the target, if it is so great

create table diagnostic (
    measurement_id    text not null references measurement,
    outcome           text not null,              -- empty: of the whole cohort
    basis             text not null check (basis in ('', 'period', 'cumulative')),
    name              text not null,              -- check.*, variant.*, estimator.*, planning
    verdict           text not null check (verdict in ('held', 'broken', 'untested', 'shown')),
    figures           jsonb not null,             -- counts as numbers, estimates as text with their declared decimals
    primary key (measurement_id, outcome, basis, name)
);

create trigger append_only before update or delete or truncate on diagnostic for each statement execute function refuse_change();

grant select, insert on diagnostic to maalbar_writer;
