"""What a posting asks for, with proof: from title and text to tags, years, degree and role class.

    tables       the data files of this room, their validation and their common hash
    taxonomy     the vocabulary: fine tags, the contract tags they roll up into, their aliases
    masking      a folded text made ready: addresses and the employer's name blanked
    matching     one scan over it for all words of this room, with raw offsets; word lists ride in it
    sections     headings, and which zone each opens
    sentences    where sentences end
    zones        which part of a posting a sentence belongs to
    clauses      what a clause does to its hits: preferred, negated, trend-watching, using a tool
    counting     which hits of the vocabulary count: their case, their sentence, what hides them
    hits         what is told of a hit that counts: its zone, what it asks, what is done with the thing
    years        years of experience, with scope (years_grammar: how numbers of years are written)
    posting_level  what holds for the posting as a whole, of all demands for years and degrees
    education    the lowest degree asked for
    roles        the role class on two axes; the same by the title alone and by the text alone
    fingerprint  work on making models against work on using them
    asked        industries, languages, kinds of degree, travel and permits, each by a module of its own
    alternatives  which demands are alternatives of one another (choices: how such lists are written)
    facts        fingerprint, years, what is asked and what is alternative, as one value
    tagger       all of it for one posting

`taxonomy_record()` names the version, and a hash of what all tables say and of the version of the rules.
"""

from scraper.tagging.tagger import Tagger, TextTagging, default_tagger
from scraper.tagging.taxonomy import taxonomy_record

__all__ = ["Tagger", "TextTagging", "default_tagger", "taxonomy_record"]
