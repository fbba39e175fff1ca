#!/bin/bash
# The compose service `airflow-init`: prepare both databases. Safe to repeat at every start.
set -euo pipefail

airflow db migrate
python -m caspen_qbo migrate
airflow pools set quickbooks 4 "Tasks that talk to QuickBooks at the same time"
# Asked twice and answered twice, over standard input: as an argument the password would be in the process list.
printf '%s\n' "$ADMIN_PASSWORD" "$ADMIN_PASSWORD" |
    airflow users create --role Admin --username "$ADMIN_NAME" \
        --firstname Practice --lastname Administrator --email "$ADMIN_NAME@localhost"
