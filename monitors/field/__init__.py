"""What monitors offer to phones: patrols and observations that begin, go on and end without a network."""
