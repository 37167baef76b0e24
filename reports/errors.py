"""What can go wrong when a report is made."""


class ReportError(Exception):
    """A report cannot be written; the text is one sentence for a person."""
