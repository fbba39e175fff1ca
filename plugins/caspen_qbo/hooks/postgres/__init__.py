"""How a PostgreSQL session is made from an Airflow connection: the only way, for jobs, pages, migrations,
checks and the rate limiter alike.
"""
