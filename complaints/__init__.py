"""Clues from every channel, the wall around reporters, suspected sites, refund disputes."""
