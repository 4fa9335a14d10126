"""Watching the product run: heartbeats, the sealer, deliveries, failed work, fonts, calendar, disk."""
