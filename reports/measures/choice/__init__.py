"""T13, T14, T15: which door is open to a person, what would open more of it, and how high the doors are."""
