"""Runs: live, on archived replies, on files, on the texts of the store again. What each does with a look."""
