"""A week's facts → the value of `report.json`: what is read, narrowed, counted and found."""
