"""How a person, a bracket of shares, a lever and a constraint are called; for the report and the terminal."""

from collections.abc import Sequence

from reports.document.choice import BarrierRow, Door, LeverRow, Named, ProfileRow, UnlockRow
from reports.document.terms import Share
from reports.sections.parts import bracketed
from reports.wording.escaping import Markdown, clean
from reports.wording.words import NOTHING, Words

LEAST_SHOWN = 10


def bracket(words: Words, strict: Share, lenient: Share) -> Markdown:
    """Return `32–51 % [24, 60]`, in parentheses if small, or `3–5/7`: from strict to lenient.

    The interval reaches from the lower end of the strict share's to the upper end of the lenient one's.
    """
    low, high = strict["share"], lenient["share"]
    if low is None or high is None:
        return NOTHING
    if strict["print"] == "counts":
        ends = dict.fromkeys(words.count(share["y"]) for share in (strict, lenient))
        return Markdown(f"{'–'.join(ends)}/{words.count(strict['n'])}")
    alone = strict["employers"] == 1  # one employer is one answer, which has no interval
    text = words.percent_range(low, high, None if alone else strict["lo"], lenient["hi"])
    return bracketed(text, strict["print"])


def part_of(y: int, n: int, words: Words) -> str:
    """A share as a percentage, of a handful as a count."""
    return f"{y}/{n}" if n < 10 else words.percent(y / n)


def person(words: Words, row: ProfileRow) -> str:
    """Return what is known of a person, as plain text."""
    said = [words.plain("person.years", pm=words.number(row["pm_years"]), ai=words.number(row["ai_years"]))]
    if row["degree"] is not None:
        said.append(words.plain(f"choice_degree.{row['degree']}"))
    skills = [tag_name(words, tag) for tag in row["skills"]]
    said.append(
        words.plain("person.skills", list=listed(words, skills))
        if skills
        else words.plain("person.no_skills")
    )
    said += _where(words, row)
    if row["industries"]:
        names = [called(words, "choice_industry", one) for one in row["industries"]]
        said.append(words.plain("person.industries", list=listed(words, names)))
    if row["languages"]:
        names = [called(words, "choice_language", one) for one in row["languages"]]
        said.append(words.plain("person.languages", list=listed(words, names)))
    if row["market"] is not None:
        said.append(words.plain(f"person.market_{row['market']}"))
    if row["salary_min"] is not None:
        amount = words.count(row["salary_min"])
        said.append(words.plain("person.salary", currency=row["currency"], amount=amount))
    return words.plain("text.semicolon").join(said)


def _where(words: Words, row: ProfileRow) -> list[str]:
    cities = row["cities"]
    if cities is None:
        return []
    if not cities:
        return [words.plain("person.remote_only")]
    key = "person.cities_remote" if row["remote"] else "person.cities"
    return [words.plain(key, list=listed(words, [clean(city) for city in cities]))]


def lever(words: Words, row: LeverRow) -> str:
    """Return what a lever is, as plain text."""
    kind = row["kind"]
    name = clean(words.tag(row))
    if kind in ("language", "industry", "degree"):
        name = called(words, f"choice_{kind}", row["id"])
    return words.plain(f"choice_lever.{kind}", name=name)


def levers(words: Words, row: UnlockRow) -> str:
    """Return one lever or both of a pair, as plain text."""
    names = [lever(words, one) for one in row["levers"]]
    return words.plain("choice_lever.both", first=names[0], second=names[1]) if len(names) == 2 else names[0]


def best(door: Door) -> UnlockRow | None:
    """Return the lever or pair that opens most by itself; of equals the single one."""
    rows = [*door["singles"][:1], *door["pairs"][:1]]
    return max(rows, key=lambda row: row["u"], default=None)


def barrier_index(words: Words, row: BarrierRow) -> Markdown:
    """Return `0.34 [0.31, 0.36]`; of a handful of openings there is nothing to say."""
    if row["n"] < LEAST_SHOWN:
        return NOTHING
    median = words.estimate(row["median"], 2)
    if row["lo"] is None or row["hi"] is None:
        return median
    return Markdown(f"{median} [{words.estimate(row['lo'], 2)}, {words.estimate(row['hi'], 2)}]")


def called(words: Words, table: str, id: str) -> str:
    """Return the name of an id, or the id itself where the catalog has none."""
    return words.plain(f"{table}.{id}") if words.has(f"{table}.{id}") else clean(id)


def tag_name(words: Words, row: Named) -> str:
    """Return the name of a tag, as plain text."""
    return clean(words.tag(row))


def listed(words: Words, names: Sequence[str]) -> str:
    """Return the names as a list inside a sentence, as plain text."""
    return words.plain("text.comma").join(names)
