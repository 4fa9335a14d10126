"""Pages of this room: the desk's and the schools' own."""
