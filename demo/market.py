"""Makes the invented market: writes demo/market.warc.gz; with `--truth` prints what is true of it."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from archive import Exchange, write
from employers import HERE, Company, Story, companies, story, texts
from openings import Market, Opening
from replies import body, iso, native_id, without_title
from truth import truth
from wording import word

from scraper.model import Board
from scraper.sources import FAMILIES

ARCHIVE = HERE / "market.warc.gz"
_PAUSE = timedelta(seconds=7)  # between two boards of one round
_REFUSED = b"<html><head><title>403 Forbidden</title></head><body><h1>403 Forbidden</h1></body></html>\n"
_FAILED = b"upstream connect error or disconnect/reset before headers\n"


class Demo:
    """The whole market, ready to be written: script, employers, fragments, openings."""

    def __init__(self) -> None:
        self.told: Story = story()
        self.employers: list[Company] = companies(self.told)
        self.texts = texts()
        self.openings: list[Opening] = Market(self.told, self.employers, self.texts).run()

    def shown(self, company: Company, week: int) -> list[Opening]:
        """Return what the board's reply of that week lists: nothing where it failed or refused."""
        listed = [one for one in self.openings if one.company is company and one.listed(week)]
        for event in self.told.events(company.key, week):
            if event["kind"] in ("failed", "refused"):
                return []
            if event["kind"] == "truncated":
                return listed[: event["keep"]]
        return listed

    def exchanges(self) -> Iterator[Exchange]:
        """Yield every request with its reply, in the order in which they were made."""
        for week in range(self.told.weeks):
            at = self.told.start + timedelta(weeks=week)
            for company in self.employers:
                if company.since <= week:
                    yield self._exchange(company, week, at)
                    at += _PAUSE

    def _exchange(self, company: Company, week: int, at: datetime) -> Exchange:
        url = FAMILIES[company.family].first(Board(company.family, company.key, company.name)).url
        kinds = {event["kind"] for event in self.told.events(company.key, week)}
        if "failed" in kinds:
            return Exchange(at, url, 503, _FAILED, "text/plain")
        if "refused" in kinds:
            return Exchange(at, url, 403, _REFUSED, "text/html")
        fragments = self.texts[company.market]
        reply = body(
            self.told, company, [(one, word(one, fragments, week)) for one in self.shown(company, week)]
        )
        if "untitled" in kinds:
            reply = without_title(company, reply, iso(at - timedelta(days=1)))
        return Exchange(at, url, 200, reply)

    def truth(self) -> dict[str, object]:
        """Return the ground truth; see truth.truth."""
        shown = {
            company.key: [
                frozenset(native_id(one) for one in self.shown(company, week))
                for week in range(self.told.weeks)
            ]
            for company in self.employers
        }
        return truth(self.told, self.employers, self.openings, self.texts, shown)

    def boards(self, family: str) -> str:
        """Return the boards of a family as a boards TOML file."""
        parts = [f"# {self.told.notice}\n"]
        for one in self.employers:
            if one.family == family:
                fields = {"key": one.key, "company": one.name, "market": one.market}
                lines = [
                    f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in fields.items()
                ]
                parts.append("\n".join(["[[board]]", *lines, ""]))
        return "\n".join(parts)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; returns the exit code."""
    parser = argparse.ArgumentParser(description="Make the invented market of the demonstration.")
    parser.add_argument("--truth", action="store_true", help="print the ground truth as JSON, write nothing")
    parser.add_argument("--out", type=Path, default=ARCHIVE, metavar="FILE", help="where the archive goes")
    options = parser.parse_args(arguments)
    demo = Demo()
    if options.truth:
        json.dump(demo.truth(), sys.stdout, indent=1)
        print()
        return 0
    data = write(demo.exchanges(), demo.told.notice, demo.told.start)
    options.out.write_bytes(data)
    print(f"{options.out}: {len(data):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
