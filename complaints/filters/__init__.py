"""Filter bars of this room."""
