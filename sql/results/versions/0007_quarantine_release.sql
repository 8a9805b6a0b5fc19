-- The results database, version 7: what a delivery's file was called, and which rows set aside a person has let in.

alter table delivery add column file text;        -- null: taken in before names were kept

-- A release makes a new version of a delivery, from the same bytes, in which these reasons no longer set a row aside.
create table quarantine_release (
    delivery_id       text primary key references delivery,
    of_delivery       text not null references delivery,
    reasons           jsonb not null,             -- as the quarantine holds them, those of earlier releases included
    rows_released     bigint not null check (rows_released > 0),
    name              text not null,
    why               text not null,
    released_at       timestamptz not null default now(),
    check (delivery_id <> of_delivery)
);

create trigger append_only before update or delete or truncate on quarantine_release for each statement execute function refuse_change();

grant select, insert on quarantine_release to maalbar_writer;
