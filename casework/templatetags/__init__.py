"""Template tags of the office machinery."""
