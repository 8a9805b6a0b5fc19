"""The steps of the flow, tables in and tables out: one module per step, named after it. No clock, no files, no Airflow."""
