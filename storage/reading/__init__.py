"""Rows → what reports are computed from, as it was known at an instant."""
