-- The results database, version 9: who was erased and from what, which object of the store took the place of which, what the
-- figures of earlier measurements are without the erased, and who opened a file as it came.

-- Erasures of persons, ends of keeping, and changes of the key of person ids: each replaces objects of the store. A hash chain.
create table erasure (
    contract          text not null,
    number            integer not null check (number > 0),
    kind              text not null check (kind in ('persons', 'retention', 'rotation')),
    because           text not null,
    name              text not null check (name <> ''),
    sources           jsonb not null,             -- the deliveries it reaches
    persons           integer not null,           -- how many were named; 0 where nobody is
    replaced          jsonb not null,             -- [delivery, shelf, old hash, new hash or null, rows gone]
    figures           jsonb not null,             -- measurement → digest of what it is measured to since
    erased_at         timestamptz not null,
    previous_hash     text not null,
    hash              text not null,
    primary key (contract, number)
);

-- What an erased person is known again by: a keyed mark, from which no id of any table follows.
create table tombstone (
    contract          text not null,
    source            text not null,
    generation        integer not null,           -- of the key that the mark is made with
    mark              text not null,
    number            integer not null,
    primary key (contract, source, generation, mark),
    foreign key (contract, number) references erasure
);

-- The newest row of a delivery and shelf says what object stands there now; without one, its row in delivery does.
create table object_replaced (
    sequence          bigint generated always as identity primary key,
    contract          text not null,
    delivery_id       text not null references delivery,
    shelf             text not null check (shelf in ('raw', 'canonical', 'quarantine')),
    old               text not null,
    new               text,                       -- null: nothing is kept
    form              text not null check (form in ('as_sent', 'unpacked', 'cells')),
    person_key        integer,                    -- canonical: the generation of the key of its ids; null: ids as they were sent
    rows_gone         bigint not null,
    gone              jsonb not null,             -- raw: which rows of the file as it was sent, as [first, last]
    number            integer not null,
    unique (delivery_id, shelf, number),
    foreign key (contract, number) references erasure
);

-- What a measurement comes to from the objects that an erasure left: as of results, without those who are gone.
create table measured_again (
    measurement_id    text not null references measurement,
    contract          text not null,
    number            integer not null,
    result_digest     text not null,
    results           jsonb not null,             -- {"values", "effects", "cohort", "diagnostics"}, numbers as text
    primary key (measurement_id, number),
    foreign key (contract, number) references erasure
);

-- After how many erasures of its contract something was measured.
alter table measured add column erasures integer not null default 0;

-- Every opening of a file as it came, or of what was set aside, written before it is opened.
create table access_log (
    sequence          bigint generated always as identity primary key,
    contract          text not null,
    shelf             text not null check (shelf in ('raw', 'quarantine')),
    sha256            text not null,
    who               text not null check (who <> ''),
    why               text not null check (why <> ''),
    opened_at         timestamptz not null default clock_timestamp()
);

create trigger append_only before update or delete or truncate on erasure for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on tombstone for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on object_replaced for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on measured_again for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on access_log for each statement execute function refuse_change();

grant select, insert on erasure, tombstone, object_replaced, measured_again, access_log to maalbar_writer;
