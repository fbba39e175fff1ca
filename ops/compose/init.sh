#!/bin/bash
# The compose service `airflow-init`: prepare both databases. Safe to repeat at every start.
set -euo pipefail

airflow db migrate
python -m caspen_qbo migrate
airflow pools set quickbooks 4 "Tasks that talk to QuickBooks at the same time"
airflow users create --role Admin --username "$ADMIN_NAME" --password "$ADMIN_PASSWORD" \
    --firstname Practice --lastname Administrator --email "$ADMIN_NAME@localhost"
