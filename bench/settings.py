"""The product's settings with one address more: the bare view that pages are measured beside."""

from __future__ import annotations

import os

from config.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
CELERY_TASK_ALWAYS_EAGER = os.environ.get("BENCH_WORKER") != "later"
