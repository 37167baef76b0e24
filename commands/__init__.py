"""The verbs of the command line, one file each: options in, one call of a room, lines out."""
