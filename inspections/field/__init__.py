"""What a visit offers to phones: the form, what a phone carries along, and how its words are carried over."""
