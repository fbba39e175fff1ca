#!/bin/bash
# Run once by the PostgreSQL image, when its volume is empty: a database each for Airflow, for Celery's results
# and for us, and, for the sandbox profile, one for the sample practice. Each has an owner of its own that can
# neither reach another's nor make roles; the superuser belongs to no service.
set -euo pipefail

# psql reads the passwords from the environment: in its arguments they would be in the process list.
create() { # name, environment variable with its password
    psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
        --set=name="$1" --set=variable="$2" <<'SQL'
\getenv password :variable
CREATE ROLE :"name" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
}

create airflow AIRFLOW_DB_PASSWORD
create celery CELERY_DB_PASSWORD
create caspen_qbo SYNC_DB_PASSWORD
create caspen CASPEN_DB_PASSWORD
psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --command "REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC"
