"""Desk pages of this room."""
