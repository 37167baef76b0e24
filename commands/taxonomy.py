"""`pmtrend taxonomy`: the vocabulary, by itself and beside the stored postings."""

from typing import Literal

import click

from commands.context import Context, pass_context
from commands.progress import progress_bar
from commands.telling import echo_either, echo_lines, tell_if_empty


@click.group()
def taxonomy() -> None:
    """The vocabulary: what it says, lacks, what a change of it does."""


@taxonomy.command("list")
@click.option("--json", "as_json", is_flag=True, help="For machines: one array of objects.")
def list_tags(as_json: bool) -> None:
    """List the tags. Id, era, English and Chinese name, finer tags that roll up into it (tab-separated)."""
    from scraper.tagging.taxonomy import taxonomy as load
    from scraper.vocabulary.showing import tag_lines, tag_rows

    echo_either(as_json, list(tag_rows(load())), tag_lines(load()))


@taxonomy.command()
@click.argument("tag", metavar="TAG")
def show(tag: str) -> None:
    """Show a tag, by its id or its name in either language. Groups, value chain, words it is found by."""
    from scraper.tagging.taxonomy import taxonomy as load
    from scraper.vocabulary.showing import show_tag

    echo_lines(show_tag(load(), tag))


@taxonomy.command()
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Only phrases of this language.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="Phrases a language.")
@click.option(
    "--min-companies", type=click.IntRange(1), default=3, show_default=True, help="Asked for by so many."
)
@click.option("--json", "as_json", is_flag=True, help="For machines: one object.")
@pass_context
def candidates(
    context: Context, lang: Literal["zh", "en"] | None, limit: int, min_companies: int, as_json: bool
) -> None:
    """List frequent phrases that no tag covers. Of stored duties and requirements, with counts, quotes."""
    from scraper.tagging import default_tagger
    from scraper.vocabulary.candidates import LANGUAGES, find_candidates
    from scraper.vocabulary.reading import stored_texts

    with context.store() as store:
        versions = store.latest_versions()
        tell_if_empty(store)
        with (
            progress_bar("texts", len(versions)) as bar,
            progress_bar("passes", what="counting phrases") as passes,
        ):
            found = find_candidates(
                stored_texts(store, versions, bar.update),
                store.texts,
                default_tagger(),
                (lang,) if lang else LANGUAGES,
                limit=limit,
                min_companies=min_companies,
                on_pass=passes.update,
            )
    echo_either(as_json, found.as_json(), found.lines())


@taxonomy.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--sample", type=click.IntRange(1), metavar="N", help="Only so many postings, always the same.")
@click.option("--json", "as_json", is_flag=True, help="For machines: one object.")
@pass_context
def diff(context: Context, old: str, new: str, sample: int | None, as_json: bool) -> None:
    """Show what another vocabulary would change. Tags the stored postings with both; nothing is stored.

    OLD and NEW are files like scraper/tagging/taxonomy.toml, or `current` for the one of this release.
    """
    from scraper.vocabulary.comparing import compare
    from scraper.vocabulary.reading import read_vocabulary, stored_texts

    vocabularies = read_vocabulary(old), read_vocabulary(new)
    with context.store() as store:
        versions = store.latest_versions(sample)
        tell_if_empty(store)
        with progress_bar("texts", len(versions)) as bar:
            found = compare(stored_texts(store, versions, bar.update), *vocabularies)
    echo_either(as_json, found.as_json(), found.lines())
