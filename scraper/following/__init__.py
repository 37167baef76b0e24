"""Which boards are followed: one more, one less, and whether it answers."""
