"""HTML: the report as one file, and the index over all weeks."""
