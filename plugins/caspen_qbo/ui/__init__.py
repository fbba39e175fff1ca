"""The pages under ``/quickbooks/`` of Airflow's address: routes, permissions, view models and templates."""
