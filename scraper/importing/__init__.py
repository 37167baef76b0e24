"""Files that a user saved or exported himself, as listings of raw postings.

Formats are recognised by content: XLSX, comma/tab/semicolon/bar separated text, JSON (a list of objects
anywhere in the document), JSON lines; in UTF-8, UTF-16 with its mark, GB18030/GBK or Windows-1252. Columns
are recognised by the synonyms of columns.toml; what is not listed there never leaves this room, so names
of recruiters are dropped. Keywords that a board or a collector attached (skills, tags, 福利) are not read
either: appended to the text they would be found as requirements, with a quote that nobody wrote.

Which instant a row was seen at:

- A file in which rows have several different collection dates is several listings. Each row has its own
  date; `as_of`, else the date beside the list, is for the rows without one. With neither, such a row is
  undated.
- Every other file is one listing at `as_of`; without the option at the date in the file (beside the list,
  as in {"fetched_at": ..., "jobs": [...]}, or the one date that its rows have); with none it is undated.

A collection date that is there but cannot be read makes its row a reject, unless `as_of` is given.

What a posting is: its canonical URL, else its posting id, else its row id (unless that only counts rows),
else company, title and place. An id that different titles or companies of one listing share is skipped.
"""

from scraper.importing.dates import parse_as_of
from scraper.importing.listings import ImportedListing, read_files

__all__ = ["ImportedListing", "parse_as_of", "read_files"]
