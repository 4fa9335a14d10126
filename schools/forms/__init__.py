"""Forms of this room. They check input; services write."""
