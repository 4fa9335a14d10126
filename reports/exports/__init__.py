"""Files made from a frozen edition; the same edition always gives the same bytes."""
