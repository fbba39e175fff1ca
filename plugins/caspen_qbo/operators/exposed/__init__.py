"""What Airflow's users see of our tasks: manuals, links, assets, lineage. By public means."""
