"""The services of this clone as processes of this machine: PostgreSQL, the QuickBooks sandbox, Airflow."""
