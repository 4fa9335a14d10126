"""Desk pages of the reporting room."""
