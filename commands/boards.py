"""`pmtrend boards`: which boards are followed."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from commands.context import Context, pass_context
from commands.live import askable_boards, chosen_boards, live_fetcher, own_boards
from commands.progress import progress_bar
from commands.telling import echo_either, echo_lines
from scraper.boards import INDUSTRIES
from scraper.config import NO_OPERATOR
from scraper.errors import ConfigError
from scraper.model import Market, Reply, Request
from storage.markets import LANGUAGE_OF, MarketName
from storage.records import Industry

if TYPE_CHECKING:
    from scraper.fetching import Fetcher


@click.group()
def boards() -> None:
    """The boards that are followed."""


@boards.command("list")
@click.option("--family", help="Only this family.")
@click.option("--json", "as_json", is_flag=True, help="For machines: one array of objects.")
@pass_context
def list_boards(context: Context, family: str | None, as_json: bool) -> None:
    """List the followed boards. Family, key, company, market, industry, evidence (tab-separated)."""
    families = () if family is None else (family,)
    rows = [asdict(board) for board in chosen_boards(context.settings, families, ())]
    echo_either(as_json, rows, ("\t".join(row.values()) for row in rows))


@boards.command()
@click.argument("url")
@click.option("--company", default="", metavar="NAME", help="The employer (default: what its page says).")
@click.option(
    "--market",
    type=click.Choice([*LANGUAGE_OF, *LANGUAGE_OF.values()]),
    help="Its postings are in Chinese (cn, or zh as lists of boards say) or English (intl, en).",
)
@click.option(
    "--industry", type=click.Choice(INDUSTRIES), default="other", help="What it does.", show_default=True
)
@click.option("--no-check", is_flag=True, help="Do not ask the board whether it lists postings.")
@pass_context
def add(
    context: Context,
    url: str,
    company: str,
    market: MarketName | Market | None,
    industry: Industry,
    no_check: bool,
) -> None:
    """Follow the board behind URL. Its own address, a posting of it, or a page that embeds it."""
    from scraper.following.adding import Wishes
    from scraper.following.adding import add as follow

    settings = context.settings
    wishes = Wishes(company, _language(market), industry, check=not no_check)
    # What its address tells needs nobody to be asked, and so no operator.
    live: AbstractContextManager[Fetcher]
    live = live_fetcher(context) if settings.operator.strip() else nullcontext(_NoOperator())
    with live as fetcher:
        echo_lines(follow(url, own_boards(settings), fetcher, wishes, context.clock()))


def _language(market: MarketName | Market | None) -> Market | None:
    """The market as boards have it."""
    return LANGUAGE_OF[market] if market == "cn" or market == "intl" else market


class _NoOperator:
    """Stands in for the live world, which nobody may ask without a name."""

    def fetch(self, request: Request, *, published: bool) -> Reply:
        raise ConfigError(NO_OPERATOR)


@boards.command()
@click.argument("board", metavar="FAMILY:KEY|URL")
@pass_context
def remove(context: Context, board: str) -> None:
    """Follow a board no more; what is stored of it stays."""
    from scraper.following.adding import remove as unfollow

    echo_lines(unfollow(board, own_boards(context.settings)))


@boards.command()
@click.option("--family", "families", multiple=True, help="Only boards of this family (repeatable).")
@click.option("--board", "keys", multiple=True, help="Only this board, KEY or FAMILY:KEY (repeatable).")
@pass_context
def check(context: Context, families: tuple[str, ...], keys: tuple[str, ...]) -> int:
    """Ask each board once whether it answers. Lists the dead, moved, empty, refused; stores nothing."""
    from scraper.following import checking

    chosen = askable_boards(context.settings, families, keys)
    with live_fetcher(context) as fetcher, progress_bar("boards", len(chosen)) as bar:
        found = []
        for one in checking.check(chosen, fetcher, clock=context.clock):
            found.append(one)
            bar.update()
    echo_lines(checking.lines(found))
    return checking.exit_code(found)
