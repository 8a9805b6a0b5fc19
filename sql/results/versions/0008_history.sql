-- The results database, version 8: what a delivery looked like, what was found of it beside those before it, and what a person decided.

-- Counts of rows and persons by month and code; a cell of few persons is put together with others.
create table delivery_figure (
    delivery_id       text primary key references delivery,
    figures           jsonb not null
);

create table delivery_check (
    delivery_id       text not null references delivery,
    name              text not null,
    verdict           text not null check (verdict in ('held', 'warned', 'broken', 'untested')),
    words             text not null,              -- what was found, expected, and is to be asked; empty where it held
    figures           jsonb not null,
    primary key (delivery_id, name)
);

-- The names of the checks that stopped a file until a person decides; null where a decision would not let it in.
alter table refusal add column checks jsonb;

-- A named person lets a file in although these checks are broken. Nothing else does, and it lets in no other file.
create table decision (
    sequence          bigint generated always as identity primary key,
    contract          text not null,
    source            text not null,
    as_of             date not null,
    sha256            text not null,
    checks            jsonb not null,
    said_by           text not null,
    said_why          text not null,
    decided_at        timestamptz not null default now()
);

create trigger append_only before update or delete or truncate on delivery_figure for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on delivery_check for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on decision for each statement execute function refuse_change();

grant select, insert on delivery_figure, delivery_check, decision to maalbar_writer;
