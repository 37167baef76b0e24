"""One look at one listing → rows: what it means for each posting, what the postings say, who is new."""
