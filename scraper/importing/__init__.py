"""Files that a user saved or exported himself, as listings of raw postings.

Formats are recognised by content, in UTF-8, UTF-16 with its mark, GB18030/GBK or Windows-1252:

- XLSX, comma/tab/semicolon/bar separated text, JSON (a list of objects anywhere in the document), JSON
  lines; their columns by the synonyms of columns.toml
- answers of job boards saved from a browser's network panel, one by one, many in a list or in JSON lines, or
  as a HAR file; their fields by the paths of answers.toml
- saved web pages, also as MHTML: lists and postings of boards by the selectors of pages.toml, the state that
  a page carries in a script, and schema.org JobPosting data of any site

What these tables do not name never leaves this room, so names of recruiters are dropped. Keywords that a
board or a collector attached (skills, tags, 福利) are not read either: appended to the text they would be
found as requirements, with a quote that nobody wrote.

Texts are taken as they are, but for what a board or an export did to them: a board's name hidden inside
words (parsing/watermarks.py), radicals and symbol bullets in place of characters, Markdown's backslashes.
Words such as 登录查看完整内容 at the end of a text go, and mark it as cut (`text_cut`). Digits of one board's
own font are read; a salary in any other private font, or masked ("-K·薪"), is unknown, and nothing of it is
kept.

Which instant a row was seen at:

- A file in which rows have several different collection dates is several listings (times less than five
  minutes apart are one run, so one listing, at the last of them). Each row has its own date; `as_of`, else
  the date beside the list, is for the rows without one. With neither, such a row is undated.
- Every other file is one listing at `as_of`; without the option at the date in the file (beside the list,
  as in {"fetched_at": ..., "jobs": [...]}, or the one date that its rows have; when a browser saved the page,
  or recorded the first answer with postings); with none it is undated.

A collection date that is there but cannot be read makes its row a reject, unless `as_of` is given.

What a posting is: its canonical URL, else its posting id, else its row id (unless that only counts rows),
else company, title and place. An id that different titles or companies of one listing share is skipped. Rows
of one id complete each other: a list and the page of one posting.

A file that cannot be used stops the whole call, before anything is stored: half of what somebody named would
look like all of it, and `--complete` would close the rest.
"""

from scraper.importing.dates import parse_as_of
from scraper.importing.listings import ImportedListing, read_files

__all__ = ["ImportedListing", "parse_as_of", "read_files"]
