"""Caring for the vocabulary: what it lacks, what a change of it would do, what it says.

reading      a vocabulary from a file; a stored text under a vocabulary
ngrams       frequent phrases of many texts
candidates   phrases of stored duties and requirements that no tag covers
comparing    the stored postings under two vocabularies
quoting      what stands around a phrase
showing      one tag, all tags
"""
