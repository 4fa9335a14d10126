"""Measurements of the running system at a province's size: `make bench`, or `python -m bench --help`."""
