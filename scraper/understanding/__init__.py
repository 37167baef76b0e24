"""A posting → what is understood of it, and the shapes in which that is stored and printed."""
