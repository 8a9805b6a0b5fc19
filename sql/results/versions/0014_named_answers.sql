-- The results database, version 14: who gives up what is owed, and who gave which answer to what they were shown.

-- The first of two people of a party with four eyes, which gives nothing up by itself.
alter table disagreement drop constraint disagreement_step_check;
alter table disagreement add constraint disagreement_step_check check (step in ('disputed', 'settled', 'waiving', 'waived'));

-- Only a step that waives gives a line up, and only whoever is owed it; what is below 0 is owed back to the payer.
create function refuse_waiver_of_another() returns trigger language plpgsql as $$
declare
    step text;
    said_by text;
    owed_to text;
begin
    select d.step, d.party into step, said_by from disagreement d
        where (d.contract, d.number, d.sequence) = (new.contract, new.number, new.sequence);
    select case when l.amount_minor > 0 then l.recipient else l.payer end into owed_to from payment_line l
        where (l.contract, l.number, l.line) = (new.contract, new.number, new.line);
    if step is distinct from 'waived' or said_by is distinct from owed_to then
        raise exception 'only whoever is owed a line can give it up'
            using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end $$;
create trigger by_creditor before insert on waived_line for each row execute function refuse_waiver_of_another();

-- What was put to whom is kept here and not among what Airflow hands from task to task, which whoever runs Airflow may write.
create table question_put (
    sequence          bigint generated always as identity primary key,
    contract          text not null,
    dag               text not null,
    run               text not null,
    task              text not null,
    digest            text not null,              -- of what was shown
    put_at            timestamptz not null default known_now()
);

create table answer_given (                       -- as Airflow has it from the person who was signed in
    question          bigint primary key references question_put,  -- answered once: asked again, it is another question
    user_id           text not null check (user_id <> ''),
    option            text not null,
    comment           text not null,
    answered_at       timestamptz not null,
    recorded_at       timestamptz not null default known_now()
);

create trigger append_only before update or delete or truncate on question_put for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on answer_given for each statement execute function refuse_change();

grant select, insert on question_put, answer_given to maalbar_writer;
grant select on question_put_sequence_seq to maalbar_writer;  -- a backup holds where it stands
