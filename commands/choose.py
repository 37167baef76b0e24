"""`pmtrend choose`: which door is open to one person."""

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.context import Context, pass_context
from commands.telling import echo_lines, tell_if_empty
from scraper.options.times import read_times
from storage.markets import MARKET_NAMES

if TYPE_CHECKING:
    from reports.wording.words import Lang


@click.command()
@click.option("--pm-years", type=float, metavar="YEARS", help="Your years as a product manager.")
@click.option("--ai-years", type=float, metavar="YEARS", help="Your years with AI.")
@click.option("--skill", "skills", multiple=True, metavar="NAME", help="A skill that you have (repeatable).")
@click.option("--degree", metavar="NAME", help="bachelor, master …, 本科, 硕士 …")
@click.option("--city", "cities", multiple=True, metavar="NAME", help="Where you would work (repeatable).")
@click.option("--remote/--no-remote", default=None, help="Whether remote work will do (it will).")
@click.option("--industry", "industries", multiple=True, metavar="NAME", help="One you know (repeatable).")
@click.option("--language", "languages", multiple=True, metavar="NAME", help="One you speak (repeatable).")
@click.option(
    "--market",
    type=click.Choice(MARKET_NAMES),
    help="Only openings on boards in Chinese (cn) or English (intl).",
)
@click.option("--salary-min", type=float, metavar="AMOUNT", help="The yearly pay that you hope for.")
@click.option("--currency", metavar="CODE", help="Of --salary-min (default: CNY).")
@click.option("--profile", "file", type=click.Path(path_type=Path), help="A TOML file that says the same.")
@click.option("--week", metavar="2026-W47", help="ISO week (default: the last finished, at --as-of).")
@click.option("--as-of", metavar="DATE", help="As known at the end of that day.")
@click.option("--lang", type=click.Choice(["en", "zh"]), help="Language (default: that of your terminal).")
@click.option("--json", "as_json", is_flag=True, help="For machines: one object.")
@pass_context
def choose(
    context: Context,
    /,
    file: Path | None,
    week: str | None,
    as_of: str | None,
    lang: "Lang | None",
    as_json: bool,
    **said: Any,
) -> None:
    """Tell which door is open to you, AI PM or AIGC PM. Also what you qualify for, and what stops you."""
    from reports.building.choosing import choice_json
    from reports.building.choosing import choose as run
    from reports.building.reading import places_of, read_facts
    from reports.sections.choosing import choosing
    from reports.wording.words import Words, terminal_language
    from scraper.options.profiles import read_profile

    times = read_times(week, as_of)
    with context.store() as store:
        now = context.clock()
        times.refuse_ahead(store.zone, now, lambda: store.newest_looks().values())
        monday = times.monday(store.zone, now, store.history_from())
        # Read when the person is understood, unless he names a city that only postings know.
        facts = cache(lambda: read_facts(store, monday, times.cut(store.zone)))
        person = read_profile(file, said, lambda: places_of(facts()))
        card = run(facts(), monday, person)
        if not len(facts().postings):
            tell_if_empty(store)
    words = Words(lang or terminal_language(os.environ))
    echo_lines(choice_json(card).split("\n") if as_json else choosing(card, words))
