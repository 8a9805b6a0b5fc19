"""A whole installation on one machine: embedded PostgreSQL, Airflow's three processes, the demo. No measuring, no paying."""
