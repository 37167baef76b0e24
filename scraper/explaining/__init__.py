"""What `pmtrend tag` tells a person about a pasted posting, and why, in the language of the posting.

pasted       what was pasted, taken apart: title, text, places; HTML is read as such
explanation  all lines, in their order
role         the role class and what it comes from; where the work lies
demands      years, degree and what else is asked
pay          what is paid, and where
wording      words.toml, and how a quote, a number, a line is written
"""

from scraper.explaining.explanation import explain

__all__ = ["explain"]
