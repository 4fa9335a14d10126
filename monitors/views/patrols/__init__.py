"""Desk pages of patrols."""
