"""Searching the stored postings by their words."""
