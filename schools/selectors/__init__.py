"""Scoped reads of this room."""
