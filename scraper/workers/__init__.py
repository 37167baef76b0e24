"""Work ahead of the run that stores: what can be read and tagged elsewhere, and who does it."""
