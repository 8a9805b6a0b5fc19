-- The results database, version 4: where every row of a delivery went, who said what of it, and what was not taken in.

-- Rows may be cancelled (of another kind than is meant, or taken back by the register) and erased (of persons whose rows may no
-- longer be kept). Both are nothing in what was taken in before this version.
alter table delivery
    add column rows_cancelled bigint not null default 0,
    add column rows_erased bigint not null default 0,
    add column person_key integer,                -- the generation of the key of its person ids; null: ids as they were sent
    add column said_by text,                      -- who said, by name, what it supersedes; null: its manifest did
    add column said_why text;
alter table delivery drop constraint row_account;
alter table delivery add constraint row_account check (
    rows_in = rows_accepted + rows_quarantined + rows_collapsed + rows_cancelled + rows_erased
);

-- A file that was not taken in: nothing of it is kept but its hash and what was wrong where. No text holds a cell of it.
create table refusal (
    sequence          bigint generated always as identity primary key,
    contract          text not null,
    source            text not null,
    as_of             date not null,
    file              text not null,
    sha256            text not null,
    kind              text not null,              -- the class of the error
    what              text not null,
    mend              text not null,
    refused_at        timestamptz not null default now(),
    unique (contract, source, as_of, sha256, what)
);

create trigger append_only before update or delete or truncate on refusal for each statement execute function refuse_change();

grant select, insert on refusal to maalbar_writer;
