"""Reports on disk: the folder of a week, and what lies over all weeks."""
