-- The results database, version 1. Everything here is appended; what is money or an answer can be neither changed
-- nor deleted, and the database itself says so.

create table delivery (
    delivery_id       text primary key,           -- contract|source|as_of|version|first 12 of sha256
    contract          text not null,
    source            text not null,
    as_of             date not null,              -- the day the extract describes
    sha256            text not null,              -- of the raw bytes, and their name in the store
    supersedes        text,                       -- the sha256 of the file it takes the place of
    canonical_sha256  text not null,              -- of the canonical table, and its name in the store
    quarantine_sha256 text,                       -- of the rows set aside with their reasons, where there are any
    rows_in           bigint not null,
    rows_accepted     bigint not null,
    rows_quarantined  bigint not null,
    rows_collapsed    bigint not null,
    received_at       timestamptz not null default now(),
    sequence          bigint generated always as identity unique,
    constraint row_account check (rows_in = rows_accepted + rows_quarantined + rows_collapsed)
);

create table measurement (
    measurement_id    text primary key,           -- contract|period|r<revision>
    contract          text not null,
    period            text not null,
    revision          integer not null,
    inputs            jsonb not null,             -- source -> delivery_id, or null where none had come
    as_known_at       date not null,
    terms_digest      text not null,
    code_version      text not null,
    unique (contract, period, revision)
);

create table measured (                           -- one row when the results of a measurement are complete
    measurement_id    text primary key references measurement,
    cohort            jsonb not null,
    result_digest     text not null
);

create table indicator_value (
    measurement_id    text not null references measurement,
    outcome           text not null,
    window_id         text not null,
    arm               text not null,
    persons           bigint not null,
    person_days       bigint not null,
    person_years      numeric not null,
    quantity          numeric not null,           -- events, weeks, hours, or the sum of scores
    value             numeric,                    -- quantity per person-year, or mean score
    invited           bigint,                     -- surveys: those who could have answered
    primary key (measurement_id, outcome, window_id, arm)
);

create table effect_estimate (
    measurement_id    text not null references measurement,
    outcome           text not null,
    basis             text not null check (basis in ('period', 'cumulative')),
    change            numeric,                    -- as measured: relative for a ratio, else in the indicator's unit
    standard_error    numeric,
    low               numeric,
    high              numeric,
    p_value           numeric,
    detectable        numeric,
    improvement       numeric,                    -- change in the direction the contract wants
    units             bigint,                     -- outcomes that are counted
    not_measurable    text,
    primary key (measurement_id, outcome, basis),
    check ((not_measurable is null) = (improvement is not null or units is not null))
);

create table proposal (
    contract          text not null,
    number            integer not null,
    through           text not null,              -- the newest period it settles
    digest            text not null,              -- what is approved: terms, results, lines and ledger head
    ledger_head       text not null,
    terms_digest      text not null,
    measurements      jsonb not null,             -- period -> measurement_id
    state             text not null check (state in ('open', 'superseded', 'rejected', 'posted')),
    primary key (contract, number)
);

create table payment_line (
    contract          text not null,
    number            integer not null,
    line              integer not null,
    period            text not null,              -- the period it concerns, which may be an earlier one
    outcome           text not null,
    payer             text not null,
    recipient         text not null,
    component         text not null check (component in ('principal', 'premium')),
    amount_minor      bigint not null check (amount_minor <> 0),
    primary key (contract, number, line),
    foreign key (contract, number) references proposal
);

create table approval (
    contract          text not null,
    number            integer not null,
    party             text not null,
    digest            text not null,
    user_id           text not null,
    name              text not null,
    authority         text not null,
    answer            text not null check (answer in ('approve', 'reject')),
    comment           text not null,
    answered_at       timestamptz not null,
    primary key (contract, number, party),
    foreign key (contract, number) references proposal
);

create table ledger_entry (
    contract          text not null,
    entry             bigint not null,            -- 1, 2, 3 … without gaps
    settlement        integer not null,
    line              integer not null,
    period            text not null,
    outcome           text not null,
    payer             text not null,
    recipient         text not null,
    component         text not null check (component in ('principal', 'premium')),
    amount_minor      bigint not null,
    proposal_digest   text not null,
    previous_hash     text not null,
    hash              text not null,
    primary key (contract, entry),
    unique (contract, settlement, line),          -- nothing is paid twice
    foreign key (contract, settlement, line) references payment_line
);

create table statement (
    contract          text not null,
    number            integer not null,
    period            text not null,
    kind              text not null,
    sha256            text not null,
    file_name         text not null,
    primary key (contract, number, period, kind),
    foreign key (contract, number) references proposal
);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise restrict_violation using message = tg_table_name || ' is append-only';
end $$;

create trigger append_only before update or delete or truncate on ledger_entry for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on approval for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on payment_line for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on delivery for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on measurement for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on measured for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on indicator_value for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on effect_estimate for each statement execute function refuse_change();
