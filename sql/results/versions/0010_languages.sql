-- The results database, version 10: a statement is issued in every language of documents.

alter table statement add column language text not null default 'da' check (language in ('da', 'en'));
alter table statement drop constraint statement_pkey;
alter table statement add primary key (contract, number, period, language, kind);
