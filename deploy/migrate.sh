#!/bin/sh
# Brings the database up to date as its owner, then grants the application's role what it needs and no more,
# and writes the periodic tasks into the scheduler's table.
set -eu
cd "$(dirname "$0")/.."
python manage.py migrate --noinput
python manage.py grant_app_role
python manage.py sync_schedule
python manage.py check --deploy --database default
