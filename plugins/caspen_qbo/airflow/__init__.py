"""What Airflow finds through entry points: the provider, the plugin and its listener."""
