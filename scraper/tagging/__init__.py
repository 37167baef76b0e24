"""What a posting asks for, with proof: from title and text to tags, years, degree and role class.

    tables       the data files of this room, their validation and their common hash
    taxonomy     the vocabulary: fine tags, the contract tags they roll up into, their aliases
    matching     one scan over the folded text: aliases and headings, with raw offsets
    zones        which part of a posting a sentence belongs to
    clauses      what a clause does to its hits: preferred, negated, trend-watching, using a tool
    years        years of experience, with scope
    education    the lowest degree asked for
    roles        the role class on two axes
    tagger       all of it for one posting

`taxonomy_record()` names the version, and a hash of what all tables say and of the version of the rules.
"""

from scraper.tagging.tagger import Tagger, TextTagging, default_tagger
from scraper.tagging.taxonomy import taxonomy_record

__all__ = ["Tagger", "TextTagging", "default_tagger", "taxonomy_record"]
