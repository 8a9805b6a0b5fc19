-- The results database, version 6: when each thing was known, so that any figure can be told as it was known on a day; who had
-- what corrected; and what later extracts would make of periods that are measured.

-- Null in what was measured before this version: it was known before all that has a time.
alter table measurement add column frozen_at timestamptz;
alter table measured add column measured_at timestamptz;

-- The time at which a row becomes known here. It never runs backwards, whatever the clock does: a row that is written after
-- another is known after it. So is what is written under a contract's lock in the order of the lock, which the start of a
-- transaction is not: a delivery may have waited for a measurement that did not see it.
create function known_now() returns timestamptz language sql volatile as $$
    select greatest(
        clock_timestamp(),
        (select max(received_at) from delivery) + interval '1 microsecond',
        (select max(frozen_at) from measurement) + interval '1 microsecond',
        (select max(measured_at) from measured) + interval '1 microsecond'
    )
$$;

alter table measurement alter column frozen_at set default known_now();
alter table measured alter column measured_at set default known_now();
alter table delivery alter column received_at set default known_now();

create table correction (
    contract          text not null,
    number            integer not null check (number > 0),
    name              text not null,                -- who had it corrected
    reason            text not null,
    substitutions     jsonb not null,               -- delivery that is superseded → the one that takes its place
    revisions         jsonb not null,               -- period → the measurement made for it
    recorded_at       timestamptz not null default known_now(),
    primary key (contract, number)
);

create table restatement (
    restatement_id    text primary key,             -- <measurement>|<sha256 of inputs, basis and code, first 12>
    measurement_id    text not null references measurement,
    inputs            jsonb not null,               -- source → the newest delivery, whatever period it was sent for
    as_known_at       date not null,                -- the latest day that the inputs describe
    basis_digest      text not null,
    code_version      text not null,
    figures           jsonb not null,               -- rows as of effect_estimate, estimates as text with their declared decimals
    restated_at       timestamptz not null default known_now()
);

create trigger append_only before update or delete or truncate on correction for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on restatement for each statement execute function refuse_change();

grant select, insert on correction, restatement to maalbar_writer;
