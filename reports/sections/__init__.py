"""The sections of a report as markdown: the values of reports.document in, tables and sentences out."""
