-- The results database, version 5: results may come from another room, in a signed bundle that is kept in the store.

create table bundle (                             -- one row where a measurement was made in another room
    measurement_id    text primary key references measurement,
    sha256            text not null unique,       -- of the file, and its name in the store
    public_key        text not null,              -- that it is signed with, 64 hex signs
    key_name          text not null,              -- what the key was called here when the bundle was taken in
    deliveries        jsonb not null,             -- what it was frozen on there: name, as_of, sha256, account of rows
    told_exactly      jsonb not null,             -- outcomes of which a small number is told, since it is paid on
    taken_in_at       timestamptz not null default now()
);

-- Null: withheld in the other room. What is measured here is never withheld from itself.
alter table indicator_value
    alter column persons drop not null,
    alter column person_days drop not null,
    alter column person_years drop not null,
    alter column quantity drop not null;

create trigger append_only before update or delete or truncate on bundle for each statement execute function refuse_change();

grant select, insert on bundle to maalbar_writer;
