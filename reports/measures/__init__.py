"""What the tables of a report hold: facts in, the values of reports.document out. Pure."""
