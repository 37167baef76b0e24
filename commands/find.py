"""`pmtrend find`: search in what is stored."""

import os
import sys
from functools import partial
from typing import Any, get_args

import click

from commands.context import Context, pass_context
from commands.indexing import add_to_index
from commands.telling import tell_if_empty
from scraper.options.times import read_since
from scraper.printing import echo
from storage.records import RoleClass
from storage.searching import MOST


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice(get_args(RoleClass)),
    help="Only this class (repeatable; default: all but not_pm).",
)
@click.option("--city", metavar="NAME", help="Only postings in this city.")
@click.option("--company", metavar="NAME", help="Only this employer's postings.")
@click.option(
    "--since", metavar="2026-W30|DATE", help="Only postings first seen in or after that week or day."
)
@click.option("--open", "is_open", is_flag=True, help="Only postings that were not seen to close.")
@click.option(
    "--limit", type=click.IntRange(1, MOST), default=20, show_default=True, help="Postings to show."
)
@click.option("--json", "as_json", is_flag=True, help="For machines: one object.")
@pass_context
def find(
    context: Context,
    /,
    words: tuple[str, ...],
    since: str | None,
    limit: int,
    as_json: bool,
    **filters: Any,
) -> None:
    """Find stored postings by their words. The best first, with the sentences that hold them.

    Put the query in quotes: 'RAG 金融' asks for both words, 'RAG OR 检索增强' for either, '"prompt
    engineering"' for a phrase; 'agent -sales' leaves a word out.
    """
    from reports.rendering.hits import guillemets, search_json, search_lines
    from scraper.options.filters import read_filters
    from scraper.parsing.folding import fold
    from storage.searching.query import read_query

    query = " ".join(words)
    asked = read_query(query, fold)
    day = None if since is None else read_since(since)
    with context.store() as store:
        wanted = read_filters(store, since=day, **filters)
        unindexed = add_to_index(store)
        found = store.find(asked, fold, wanted, limit)
        if not found.hits:
            tell_if_empty(store)
    if as_json:
        echo(search_json(query, found, unindexed))
        return
    bold = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    for line in search_lines(found, store.zone, partial(click.style, bold=True) if bold else guillemets):
        echo(line, bold=bold)
