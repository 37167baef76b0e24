"""The value of `report.json` → markdown, whole and in a few lines, and CSV; what a search found → lines."""
