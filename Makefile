# make demo   the whole system with the demo county, on one terminal    make test   set up and run all tests
# make check  format, lint, types, contracts, migrations, settings      make bench  benchmarks
# make prove  the deep runs, under an hour                              make setup  environment only
# Options: RESET=1 PORT=8000 LISTEN=127.0.0.1 (demo), CI_FULL=1 ARGS="tests/..." (test)

PYTHON3 ?= python3
PY := .venv/bin/python
ARGS ?=
# Each test process has servers of its own; a database that the environment names is one, and so is its process.
PROCESSES ?= $(if $(DATABASE_URL),0,2)
export CI_FULL RESET PORT LISTEN
MAKEFLAGS += --no-print-directory

.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench prove fmt lock clean

help:
	@sed -n 's/^# //p' Makefile

setup:
	@$(PYTHON3) tools/bootstrap.py

demo: setup
	@exec $(PY) -m tools.demo

test:
	@$(PYTHON3) tools/bootstrap.py --browser
	@$(PY) -m pytest -n $(PROCESSES) --dist loadfile --no-loadscope-reorder $(ARGS)

check: setup
	@$(PY) -m tools.check $(ARGS)

bench: setup
	@$(PY) -m bench $(ARGS)

prove:
	@$(PYTHON3) tools/bootstrap.py --browser
	@CI_FULL=1 $(PY) -m pytest -m "prove" $(ARGS)

fmt: setup
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

lock:
	@requirements/lock.sh
	@npm install --package-lock-only --ignore-scripts

clean:
	@if [ -x $(PY) ]; then $(PY) -m tools.devstack reset; fi
	@rm -rf .venv node_modules var staticfiles .pytest_cache .mypy_cache .ruff_cache .hypothesis
