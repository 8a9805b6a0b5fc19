-- The results database, version 11: what leaves to others than the parties, who let it out, and what it told.

-- Prepared for a recipient, with the true values behind every figure: for those who release, and to judge later releases by.
create table release (
    contract          text not null,
    number            integer not null check (number > 0),
    kind              text not null,
    recipient         text not null,              -- its id in the contract
    profile           text not null,              -- name@version
    publishes         boolean not null,           -- whether every party must say yes
    periods           jsonb not null,             -- their ids, in order
    made_from         jsonb not null,             -- passport: measurements, settlement, terms, code, earlier releases
    cells             jsonb not null,             -- every figure with its true value, its relations, and which are hidden
    digest            text not null,              -- of the files and of what they were made from: what people answer
    prepared_by       text not null check (prepared_by <> ''),
    prepared_at       timestamptz not null default known_now(),
    primary key (contract, number)
);

create table release_file (
    contract          text not null,
    number            integer not null,
    file_name         text not null check (file_name ~ '^[a-z0-9][a-z0-9_.-]{0,99}$'),
    sha256            text not null,
    size_bytes        bigint not null,
    primary key (contract, number, file_name),
    foreign key (contract, number) references release
);

-- One answer of a person to a release, whatever they answer as; of a party one answer.
create table release_answer (
    contract          text not null,
    number            integer not null,
    user_id           text not null,
    party             text not null default '',   -- empty: as one of those who release
    digest            text not null,
    name              text not null,
    authority         text not null,
    answer            text not null check (answer in ('approved', 'returned', 'refused')),
    comment           text not null,
    answered_at       timestamptz not null,
    recorded_at       timestamptz not null default known_now(),
    primary key (contract, number, user_id),
    foreign key (contract, number) references release,
    check (answer <> 'returned' or comment <> '')
);
create unique index release_answer_of_party on release_answer (contract, number, party) where party <> '';

-- What became of it. What has left has left: a withdrawal marks it, and its figures stay known.
create table release_event (
    contract          text not null,
    number            integer not null,
    state             text not null check (state in ('published', 'withdrawn')),
    name              text not null check (name <> ''),
    why               text not null,
    recorded_at       timestamptz not null default known_now(),
    primary key (contract, number, state),
    foreign key (contract, number) references release
);

-- Whoever prepared a release does not let it out, whatever the code that asks.
create function refuse_own_release() returns trigger language plpgsql as $$
begin
    if exists (select from release r where r.contract = new.contract and r.number = new.number and r.prepared_by = new.user_id) then
        raise exception 'who prepared a release does not answer it' using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end $$;
create trigger not_their_own before insert on release_answer for each row execute function refuse_own_release();

create trigger append_only before update or delete or truncate on release for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on release_file for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on release_answer for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on release_event for each statement execute function refuse_change();

grant select, insert on release, release_file, release_answer, release_event to maalbar_writer;

-- The counts behind a release are opened by those who release, and each opening is written down.
alter table access_log drop constraint access_log_shelf_check;
alter table access_log add constraint access_log_shelf_check check (shelf in ('raw', 'quarantine', 'counts'));
