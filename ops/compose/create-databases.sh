#!/bin/bash
# Run once by the PostgreSQL image, when its volume is empty: our own database next to Airflow's, and, for the
# sandbox profile, one for the sample practice. Each has an owner of its own.
set -euo pipefail

create() { # name, password
    psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
        --set=name="$1" --set=password="$2" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
}

create caspen_qbo "$SYNC_DB_PASSWORD"
create caspen "$CASPEN_DB_PASSWORD"
