-- The results database, version 2: every ledger entry has two legs, the terms a proposal was made under are kept, what
-- happens to a settlement after it is posted is written down, and the application works under a role that can only append.

-- What the hash of an entry covers: 1 the entry, 2 the entry and its legs.
alter table ledger_entry add column form smallint not null default 1 check (form in (1, 2));
alter table ledger_entry alter column form drop default;

-- What the digest of results covers: 1 their rows as they were computed, 2 their rows in order of the key.
alter table measured add column form smallint not null default 1 check (form in (1, 2));
alter table measured alter column form drop default;

create table ledger_leg (
    contract          text not null,
    entry             bigint not null,
    leg               smallint not null check (leg in (1, 2)),
    account           text not null,              -- payer/<party>, or recipient/<party>/<component>
    amount_minor      bigint not null,            -- what the account gets: the payer's leg is the negative of the entry
    primary key (contract, entry, leg),
    foreign key (contract, entry) references ledger_entry
);

-- What was posted before there were legs: they follow from the entry.
insert into ledger_leg
select contract, entry, 1, 'payer/' || payer, -amount_minor from ledger_entry
union all
select contract, entry, 2, 'recipient/' || recipient || '/' || component, amount_minor from ledger_entry;

create table terms (
    digest            text primary key,           -- of the body, and proposal.terms_digest
    contract          text not null,
    body              json not null               -- the whole contract; json and not jsonb, which would lose its order
);

-- What a measurement was made by: cohort, windows, indicators. Null where it was made before this was kept.
alter table measurement add column basis_digest text;

-- What the answers were that a settlement rests on, as covered by the hash of its entries.
alter table ledger_entry add column approvals_digest text not null default '';

-- Every signature that a proposal or a posting has seen, in the order in which they were seen.
create table signature_seen (
    contract          text not null,
    party             text not null,
    terms             text not null,
    dated             date not null,
    name              text not null,
    authority         text not null,
    sequence          bigint generated always as identity unique,
    primary key (contract, party, terms, dated)
);

create table invoice_event (
    contract          text not null,
    settlement        integer not null,
    payer             text not null,
    recipient         text not null,
    sequence          integer not null check (sequence > 0),
    state             text not null check (state in ('sent', 'paid', 'disputed', 'settled_dispute')),
    dated             date not null,              -- the day it happened, as told; the order is the sequence
    amount_minor      bigint check (amount_minor > 0),
    reference         text not null,
    recorded_by       text not null check (recorded_by <> ''),
    recorded_at       timestamptz not null default now(),
    primary key (contract, settlement, payer, recipient, sequence),
    foreign key (contract, settlement) references proposal,
    constraint only_a_payment_has_an_amount check ((state = 'paid') = (amount_minor is not null))
);

-- An entry balances: looked at when the transaction commits, since its legs are written after it.
create function require_balance() returns trigger language plpgsql as $$
declare
    balances boolean;
begin
    select count(*) = 2 and sum(leg.amount_minor) = 0 and bool_or(leg.amount_minor = entry.amount_minor)
    into balances
    from ledger_entry as entry join ledger_leg as leg using (contract, entry)
    where contract = new.contract and entry = new.entry;
    if balances is not true then
        raise check_violation using message = 'ledger entry ' || new.entry || ' does not balance';
    end if;
    return null;
end $$;

create constraint trigger balances after insert on ledger_entry
deferrable initially deferred for each row execute function require_balance();
create constraint trigger balances after insert on ledger_leg
deferrable initially deferred for each row execute function require_balance();

create trigger append_only before update or delete or truncate on ledger_leg for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on terms for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on signature_seen for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on invoice_event for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on statement for each statement execute function refuse_change();
create trigger append_only
before update of contract, number, through, digest, ledger_head, terms_digest, measurements or delete or truncate
on proposal for each statement execute function refuse_change();

-- Of a proposal only the state moves, and only once: from open.
create function refuse_reopening() returns trigger language plpgsql as $$
begin
    raise restrict_violation using message = 'a proposal that is ' || old.state || ' is append-only';
end $$;

create trigger closed_for_good before update of state on proposal for each row
when (old.state <> 'open' and new.state is distinct from old.state) execute function refuse_reopening();

-- The role that the application works under. Roles belong to the whole server: another database may have made it already,
-- or be making it this moment.
do $$
begin
    if not exists (select from pg_roles where rolname = 'maalbar_writer') then
        begin
            create role maalbar_writer nologin;
        exception when duplicate_object or unique_violation then
            null;
        end;
    end if;
    if not pg_has_role(
        current_user, 'maalbar_writer',
        case when current_setting('server_version_num')::integer >= 160000 then 'set' else 'member' end
    ) then
        begin
            grant maalbar_writer to current_user;
        exception when unique_violation then
            null;
        end;
    end if;
end $$;

grant usage on schema public to maalbar_writer;
grant select, insert on
    delivery, measurement, measured, indicator_value, effect_estimate, terms, proposal, payment_line, approval,
    ledger_entry, ledger_leg, statement, invoice_event, signature_seen
to maalbar_writer;
grant update (state) on proposal to maalbar_writer;
