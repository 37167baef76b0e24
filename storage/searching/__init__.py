"""Searching the stored postings by their words."""

from typing import Final

MOST: Final = 200
"""Postings that one search shows at most."""
