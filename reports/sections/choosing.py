"""What `pmtrend choose` says in a terminal: plain text, one line each, in one language."""

from collections.abc import Callable, Iterator, Sequence

from reports.document.choice import ChoiceReport, Door, Example, UnlockRow
from reports.document.terms import RoleId
from reports.sections.choice_words import (
    LEAST_SHOWN,
    barrier_index,
    bracket,
    called,
    levers,
    listed,
    part_of,
    person,
    tag_name,
)
from reports.wording.escaping import clean
from reports.wording.notices import says_invented
from reports.wording.tables import display_width
from reports.wording.words import NOTHING, Words

_DOORS: tuple[RoleId, ...] = ("ai_pm", "aigc_pm")
_BLOCKERS, _LACKING, _LEVERS = 3, 5, 3
_INDENT = "   "


def choosing(report: ChoiceReport, words: Words) -> Iterator[str]:
    """Yield the card, the verdict, each door with examples, and what the figures mean."""
    for notice in report["notices"]:
        invented = says_invented(notice)
        yield words.plain("choose.invented" if invented else "notice.other", text=clean(notice))
    if not any(door["n"] for door in report["doors"]):
        yield _empty(report, words)
        return
    doors = [door for door in report["doors"] if door["role"] in _DOORS]
    window = words.window(report["window"])
    cut = words.said_moment(report["data_cut"], report["zone"])
    yield words.plain("choose.heading", window=window, cut=cut)
    yield words.plain("choose.you", said=person(words, report["profile"]))
    yield ""
    yield from _table(report, doors, words)
    yield ""
    yield from _verdict(report, words)
    for door in doors:
        if door["n"]:
            yield ""
            yield from _door(door, words)
    yield ""
    yield from _reading(report, doors, words)


def _empty(report: ChoiceReport, words: Words) -> str:
    untold = sum(door["untold"] for door in report["doors"])
    key = "choose.empty_titles" if untold else "choose.empty_other" if report["seen_last"] else "choose.empty"
    if key == "choose.empty" and report["profile"]["market"] is not None:
        key = "choose.empty_market"
    return words.plain(
        key,
        window=words.window(report["window"]),
        seen=report["seen_last"] or "",
        count=words.count(untold),
    )


# ------------------------------------------------------------------ the table


def _table(report: ChoiceReport, doors: Sequence[Door], words: Words) -> Iterator[str]:
    profile = report["profile"]
    amount = words.count(profile["salary_min"])
    reaching = words.plain("choose.reaching", currency=profile["currency"], amount=amount)
    rows: list[tuple[str, Callable[[Door], Sequence[str]]]] = [
        (_label("openings", words), lambda door: [_size(door, words)]),
        (_label("qualify", words), lambda door: [bracket(words, door["strict"], door["lenient"])]),
        (
            _label("qualify_most", words),
            lambda door: [bracket(words, door["strict_most"], door["lenient_most"])],
        ),
        (_label("stops", words), lambda door: _stops(door, words)),
        (_label("pay", words), lambda door: [_pay(door, words)]),
        (reaching, lambda door: _reaching(door)),
        (_label("days_open", words), lambda door: [_days(report, door["role"], words)]),
        (_label("change", words), lambda door: [_change(report, door["role"], words)]),
        (_label("employers", words), lambda door: [_employers(door, words)]),
        (_label("barrier", words), lambda door: [_barrier(report, door["role"], words)]),
    ]
    grid = [[[""], *([words.plain(f"role.{door['role']}")] for door in doors)]]
    for name, cell in rows:
        cells = [[text for text in cell(door) if text != NOTHING] for door in doors]
        if any(cells):
            grid.append([[name], *cells])
    yield from _aligned(grid)


def _aligned(grid: Sequence[Sequence[Sequence[str]]]) -> Iterator[str]:
    """Yield the cells, each some lines high, in columns; a cell without lines is a dash."""
    filled = [[cell or [NOTHING] for cell in line] for line in grid]
    widths = [max(display_width(text) for line in filled for text in line[i]) for i in range(len(filled[0]))]
    for line in filled:
        for level in range(max(map(len, line))):
            texts = [cell[level] if level < len(cell) else "" for cell in line]
            gaps = (" " * (width - display_width(text)) for text, width in zip(texts, widths, strict=True))
            yield "  ".join(text + gap for text, gap in zip(texts, gaps, strict=True)).rstrip()


def _label(name: str, words: Words) -> str:
    return words.plain(f"choose.{name}")


def _size(door: Door, words: Words) -> str:
    return f"{words.count(door['n'])} / {words.count(door['employers'])}"


def _stops(door: Door, words: Words) -> list[str]:
    return [
        words.plain(
            "choice.blocker",
            constraint=words.plain(f"choice_constraint.{row['constraint']}"),
            share=part_of(row["fails"], row["n"], words),
        )
        for row in door["blockers"][:_BLOCKERS]
        if row["fails"]
    ]


def _pay(door: Door, words: Words) -> str:
    pay = door["pay"]
    if pay["median"] is None or pay["currency"] is None:
        return NOTHING
    return words.plain(
        "choose.pay_of", currency=pay["currency"], median=words.count(pay["median"]), n=words.count(pay["n"])
    )


def _reaching(door: Door) -> list[str]:
    pay = door["pay"]
    return (
        [f"{pay['reaching']}/{pay['stated_in']}"] if pay["stated_in"] and pay["reaching"] is not None else []
    )


def _employers(door: Door, words: Words) -> str:
    few = door["lenient"]["y"] < LEAST_SHOWN
    return NOTHING if few else words.count(door["effective_employers"])


def _days(report: ChoiceReport, role: RoleId, words: Words) -> str:
    days = next(one["days_open"] for one in report["trade_offs"] if one["role"] == role)
    if days["median"] is None:
        return NOTHING
    return words.plain("choose.days_of", median=words.number(days["median"]), n=words.count(days["n"]))


def _change(report: ChoiceReport, role: RoleId, words: Words) -> str:
    change = next(one["change_13w"] for one in report["trade_offs"] if one["role"] == role)
    if change["value"] is None:
        return NOTHING
    interval = words.bounds(change["lo"], change["hi"], signed=True, decimals=0)
    return words.plain(
        "choose.change_of", change=words.percent(change["value"], signed=True), interval=interval
    ).strip()


def _barrier(report: ChoiceReport, role: RoleId, words: Words) -> str:
    return barrier_index(words, next(row for row in report["barrier"]["rows"] if row["role"] == role))


# ------------------------------------------------------------------ the verdict


def _verdict(report: ChoiceReport, words: Words) -> Iterator[str]:
    change, verdict = report["difference"], report["verdict"]
    because = words.plain(f"choice_because.{report['reason']}") if report["reason"] else ""
    yield words.plain(f"choose.verdict_{verdict}", because=because)
    if change["d"] is not None:
        yield words.plain("choose.verdict_difference", difference=words.difference(change))
    yield words.plain("choose.trade_offs")


# ------------------------------------------------------------------ one door


def _door(door: Door, words: Words) -> Iterator[str]:
    yield words.plain(f"role.{door['role']}")
    lacking = [
        f"{clean(words.tag(row))} {part_of(row['y'], row['n'], words)}" for row in door["lacking"][:_LACKING]
    ]
    for key, told in (
        ("lacking", lacking),
        ("single", [_opened(row, words) for row in door["singles"][:_LEVERS]]),
        ("pair", [_opened(row, words) for row in door["pairs"][:_LEVERS]]),
    ):
        if told:
            yield _INDENT + words.plain(f"choose.{key}", list=words.plain("text.semicolon").join(told))
    count = words.count(door["lenient"]["y"])
    shown = words.count(len(door["examples"]))
    yield _INDENT + words.plain(
        "choose.fits" if door["examples"] else "choose.fits_none", shown=shown, count=count
    )
    for number, example in enumerate(door["examples"], start=1):
        for line in _example(number, example, words):
            yield _INDENT + line


def _opened(row: UnlockRow, words: Words) -> str:
    key = "choose.opened_pair" if row["together"] > row["u"] else "choose.opened"
    return words.plain(
        key, levers=levers(words, row), u=words.count(row["u"]), together=words.count(row["together"])
    )


def _example(number: int, example: Example, words: Words) -> Iterator[str]:
    places = [clean(place) for place in example["places"]]
    if example["remote"]:
        places.append(words.plain("choose.remote"))
    where = words.plain("choose.example_places", list=listed(words, places)) if places else ""
    yield words.plain(
        "choose.example",
        number=str(number),
        title=clean(example["title"]),
        company=clean(example["company"]),
        places=where,
    )
    demands = _demands(example, words)
    told = (
        words.plain("choose.asks", list=listed(words, demands))
        if demands
        else words.plain("choose.asks_nothing")
    )
    if example["unknown"]:
        unsaid = [words.plain(f"choice_constraint.{name}") for name in example["unknown"]]
        told += words.plain("text.semicolon") + words.plain("choose.unsaid", list=listed(words, unsaid))
    yield _INDENT + told
    if example["url"]:
        yield _INDENT + clean(example["url"])


def _demands(example: Example, words: Words) -> list[str]:
    asked = example["demands"]
    told = []
    if asked["years"] is not None:
        told.append(words.plain("choose.asks_years", years=words.number(asked["years"])))
    if asked["ai_years"] is not None:
        told.append(words.plain("choose.asks_ai_years", years=words.number(asked["ai_years"])))
    if asked["degree"] is not None:
        told.append(words.plain(f"choice_degree.{asked['degree']}"))
    told += [tag_name(words, tag) for tag in asked["skills"]]
    told += [called(words, "choice_language", one) for one in asked["languages"]]
    told += [called(words, "choice_industry", one) for one in asked["industries"]]
    return told


# ------------------------------------------------------------------ how to read it


def _reading(report: ChoiceReport, doors: Sequence[Door], words: Words) -> Iterator[str]:
    both = next(door for door in report["doors"] if door["role"] == "both")
    if both["n"]:
        share = bracket(words, both["strict"], both["lenient"])
        yield words.plain("choose.both", share=share, n=words.count(both["n"]))
    yield words.plain("choose.how")
    if report["profile"]["market"] is not None:
        yield words.plain("choose.both_markets")
    if report["not_compared"]:
        named = [_not_compared(name, doors, words) for name in report["not_compared"]]
        yield words.plain("choose.not_compared", list=listed(words, named))
    if not report["profile"]["skills"]:
        yield words.plain("choose.no_skills")
    if any(row["together"] > row["u"] for door in doors for row in door["pairs"][:_LEVERS]):
        yield words.plain("choose.in_all")
    yield words.plain("choose.craft")
    if untold := sum(door["untold"] for door in report["doors"]):
        yield words.plain("choose.untold", count=words.count(untold))
    if report["credits"]:
        yield words.plain("choose.credits", list=listed(words, [clean(one) for one in report["credits"]]))


def _not_compared(constraint: str, doors: Sequence[Door], words: Words) -> str:
    """Return the constraint, with how many openings demand something of the kind."""
    name = words.plain(f"choice_constraint.{constraint}")
    if constraint == "city":  # every opening is somewhere
        return name
    asked = [
        words.plain(
            "choose.asked_by",
            role=words.plain(f"role.{door['role']}"),
            share=part_of(row["asked"], row["n"], words),
        )
        for door in doors
        for row in door["blockers"]
        if row["constraint"] == constraint
    ]
    return words.plain("choose.not_compared_of", constraint=name, asked=listed(words, asked))
