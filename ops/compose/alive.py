"""Health check of a part of Airflow without a port of its own: whether its job here has beaten lately.

    python alive.py DagProcessorJob

As `airflow jobs check` asks, without the seconds it takes to load Airflow: on a busy machine those would make
a healthy part look ill. Exit code 0: it has; 1: it has not, or the database does not say.
"""

import os
import socket
import sys

import psycopg2

SECONDS = 60
"""A dozen missed beats."""

ALIVE = """
    SELECT 1 FROM job WHERE job_type = %s AND hostname = %s AND state = 'running'
    AND latest_heartbeat > now() - make_interval(secs => %s)
"""


def is_alive(uri: str, job_type: str, hostname: str) -> bool:
    connection = psycopg2.connect(uri.replace("postgresql+psycopg2:", "postgresql:", 1), connect_timeout=10)
    with connection, connection.cursor() as cursor:
        cursor.execute(ALIVE, (job_type, hostname, SECONDS))
        return cursor.fetchone() is not None


if __name__ == "__main__":
    sys.exit(not is_alive(os.environ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"], sys.argv[1], socket.getfqdn()))
