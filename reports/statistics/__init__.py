"""The formulas: arrays in, numbers out; they know nothing of postings. Sources: docs/METHOD.md.

Everywhere `cluster` is the employer of a posting: employers post in bulk, so postings of one employer are not
independent, and an interval that ignores this is far too narrow.
"""
