"""The tables, as SQLAlchemy 2 mapped classes, by what they are about. docs/DATA.md describes every column.

Naming: `*_at` columns are UTC instants of the observation clock (live runs: the wall clock; replays and
imports: the date of what was seen), `week` columns are Mondays of ISO weeks in the store's zone.

All stand here, too: `Base.metadata` has those only whose files were loaded.
"""

from storage.tables.base import Base
from storage.tables.boards import Board, Company, Unit
from storage.tables.looks import Break, Cell, Fetch, Run, usable
from storage.tables.postings import Gap, Posting, Sighting, Spell, Version, has_whole_text
from storage.tables.publications import Publication, Vintage, WeeklyCount
from storage.tables.taggings import Tag, Tagging, Taxonomy
from storage.tables.upkeep import Lease, SearchDocument, Setting

__all__ = [
    "Base",
    "Board",
    "Break",
    "Cell",
    "Company",
    "Fetch",
    "Gap",
    "Lease",
    "Posting",
    "Publication",
    "Run",
    "SearchDocument",
    "Setting",
    "Sighting",
    "Spell",
    "Tag",
    "Tagging",
    "Taxonomy",
    "Unit",
    "Version",
    "Vintage",
    "WeeklyCount",
    "has_whole_text",
    "usable",
]
