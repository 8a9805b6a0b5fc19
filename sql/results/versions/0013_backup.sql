-- A backup is made by the login that the application works under: it reads every table, and where each sequence stands.
grant select on schema_version to maalbar_writer;
grant select on all sequences in schema public to maalbar_writer;
