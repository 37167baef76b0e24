"""Options of the command line → values, or one sentence on what means nothing."""
