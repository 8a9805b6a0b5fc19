-- The results database, version 12: what became of a proposal that a party said no to, and the second of four eyes.

-- Where the contract says so two people answer for a party, one after the other.
alter table approval add column place smallint not null default 1 check (place in (1, 2));
alter table approval drop constraint approval_pkey;
alter table approval add primary key (contract, number, party, place);
alter table approval add constraint two_different_people unique (contract, number, party, user_id);

create table disagreement (
    contract          text not null,
    number            integer not null,           -- the proposal that was rejected
    sequence          integer not null check (sequence > 0),
    step              text not null check (step in ('disputed', 'settled', 'waived')),
    party             text not null,              -- in whose name it is said
    user_id           text not null,
    name              text not null check (name <> ''),
    authority         text not null,
    why               text not null check (why <> ''),
    recorded_at       timestamptz not null default known_now(),
    primary key (contract, number, sequence),
    foreign key (contract, number) references proposal
);

create table waived_line (                        -- a line that whoever is owed it has given up
    contract          text not null,
    number            integer not null,
    line              integer not null,
    sequence          integer not null,           -- the step that gave it up
    primary key (contract, number, line),         -- nothing is given up twice
    foreign key (contract, number, line) references payment_line,
    foreign key (contract, number, sequence) references disagreement
);

-- Only of a proposal that was rejected, and that nothing newer has come after: what is computed from it stays as it was.
create function refuse_other_than_newest_rejected() returns trigger language plpgsql as $$
declare
    state text;
    newest integer;
begin
    select p.state into state from proposal p where p.contract = new.contract and p.number = new.number;
    select max(p.number) into newest from proposal p where p.contract = new.contract;
    if state <> 'rejected' or newest <> new.number then
        raise exception 'only the newest proposal, where it is rejected, can be disagreed about'
            using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end $$;
create trigger of_newest_rejected before insert on disagreement for each row execute function refuse_other_than_newest_rejected();
create trigger of_newest_rejected before insert on waived_line for each row execute function refuse_other_than_newest_rejected();

create trigger append_only before update or delete or truncate on disagreement for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on waived_line for each statement execute function refuse_change();

grant select, insert on disagreement, waived_line to maalbar_writer;
