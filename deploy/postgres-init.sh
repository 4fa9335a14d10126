#!/usr/bin/env bash
# Runs once, on an empty database: the role that the application uses. It owns nothing; what it may do is granted
# after each migration (manage.py grant_app_role).
set -euo pipefail
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" -v password="$APP_DB_PASSWORD" <<'SQL'
CREATE ROLE supervision_app LOGIN PASSWORD :'password';
GRANT CONNECT ON DATABASE supervision TO supervision_app;
SQL
