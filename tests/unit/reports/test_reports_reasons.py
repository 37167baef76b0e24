"""Whatever the scraper and the store record as a reason or note, the Chinese report says it in Chinese."""

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

import pytest
from places import ROOT
from report_market import numbers
from store_helpers import TAXONOMY, Recorder, day, feed, listing

from reports.wording.words import Words, recorded_sentences
from scraper import errors
from scraper.fetching.outcome import Answer, redirected, reply_or_error
from scraper.importing import ImportedListing
from scraper.looking.gathering import gather
from scraper.model import Board, Family, Page, RawPosting, Reject, Reply, Request
from scraper.runs import loading
from storage.recording import lifecycle
from storage.recording.observing import _scope_note

NOW = datetime(2026, 9, 9, tzinfo=UTC)
NAMES = {"complete", "scope", "pmtrend", "retag", "robots", "txt", "http", "https", "JSON", "TLS", "HTTP"}
NAMES |= {"LD", "JobPosting", "RSS", "UTC", "XML", "XSRF", "TOKEN"}
"""Names that stay as they are in Chinese: of options, commands, files and protocols."""


def left_over(told: str, allowed: Iterable[str] = ()) -> list[str]:
    """English words that a translation still has, save names and what stands in quotes or is a host."""
    bare = re.sub(r"'[^']*'|[\w-]+(?:\.[\w-]+)+", "", told)
    return [w for w in re.findall(r"[A-Za-z]{2,}", bare) if w not in NAMES | set(allowed) | {"as", "of"}]


# ------------------------------------------------------------------ every sentence in the source

WHOLE: dict[str, set[str] | None] = {
    "storage/recording/lifecycle.py": None,
    "storage/recording/observing.py": None,
    "storage/reading/weekly.py": {"read_facts"},
    "scraper/runs/loading.py": {"import_listings", "_import_state"},
    "scraper/runs/recording.py": {"record"},
    "scraper/looking/gathering.py": {"ended", "_judged", "failed"},
}
"""Functions (None: all) whose sentences are all recorded, save those of errors that end the program."""
RAISING = [
    "scraper/model.py",
    "scraper/looking/gathering.py",
    "scraper/fetching/*.py",
    "scraper/sources/**/*.py",
]
ENDING = {"InputError", "ConfigError"}
KINDS = {name: kind for name, kind in vars(errors).items() if isinstance(kind, type)}
RECORDED = {name for name, kind in KINDS.items() if issubclass(kind, errors.FetchError)}
RECORDED |= {"NotPublic", "ConnectError"}  # whose texts end up in one of those
TOLD = {"scope", "partial"}  # parts of a page that are recorded
REJECTING = {"TypeError", "ValueError"}  # in a source: why one item cannot be read


def sentence_of(node: ast.AST | None, known: dict[str, ast.AST]) -> str | None:
    """The text of a string expression, 7 for what is filled in; None for anything else."""
    if isinstance(node, ast.Name):
        return sentence_of(known.get(node.id), {})
    if isinstance(node, ast.JoinedStr):
        return "".join(str(v.value) if isinstance(v, ast.Constant) else "7" for v in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def strings(node: ast.AST) -> Iterator[str]:
    """The strings of two words or more under a node, outermost first, docstrings and ENDING left out."""
    if isinstance(node, ast.Call) and name_of(node) in ENDING:
        return
    found = sentence_of(node, {}) if isinstance(node, ast.JoinedStr | ast.Constant) else None
    if found is not None and re.search(r"\w \w", found):
        yield found
    for child in ast.iter_child_nodes(node):
        if isinstance(node, ast.JoinedStr) and isinstance(child, ast.Constant):
            continue  # a piece of the sentence just told
        if not (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)):
            yield from strings(child)


def sentences() -> Iterator[str]:
    for path, functions in WHOLE.items():
        nodes = list(ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))))
        bodies = [n for n in nodes if isinstance(n, ast.FunctionDef)]
        if functions is not None:
            bodies = [b for b in bodies if b.name in functions]
            assert {b.name for b in bodies} == functions, path
        for body in bodies:
            for statement in body.body:
                if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
                    yield from strings(statement)
    for file in (p for pattern in RAISING for p in sorted(ROOT.glob(pattern))):
        nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
        assigned = [n for n in nodes if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)]
        known: dict[str, ast.AST] = {n.targets[0].id: n.value for n in assigned}  # type: ignore[attr-defined]
        kinds = RECORDED | (REJECTING if file.parent.name == "sources" else set())
        for call in (n for n in nodes if isinstance(n, ast.Call)):
            if name_of(call) in kinds and call.args and (found := sentence_of(call.args[-1], known)):
                yield found
            for told in (k.value for k in call.keywords if k.arg in TOLD):
                yield from strings(told)


def test_every_sentence_in_the_source_is_translated() -> None:
    found = sorted(set(sentences()))
    assert len(found) > 60
    assert not {s: left for s in found if (left := left_over(Words("zh").reason(s)))}


def test_every_translation_fits_its_sentence_and_keeps_what_it_holds() -> None:
    """Each sentence is matched by its own pattern, not by a more general one above it, and held by frames."""
    frames = [told for *_, told in recorded_sentences("zh") if "{why}" in told]
    assert len(frames) >= 6
    for inner in set(sentences()):
        told = Words("zh").reason(f"two looks in a row agree with each other and not with the past: {inner}")
        assert told.endswith(Words("zh").reason(inner)), inner
        told = Words("zh").reason(f"2 of 9 items cannot be read, the first: {inner}")
        assert told.endswith(Words("zh").reason(inner)), inner


# ------------------------------------------------------------------ sentences as they are really recorded


def judged(listed: int, usual: int | None) -> str:
    """What the store says of a listing; below 0: as many postings, but all of them others."""
    before = usual and lifecycle.History(
        (usual,) * 4, {str(i) for i in range(usual)}, datetime(2026, 9, 2, tzinfo=UTC)
    )
    ids = {f"{'other' if listed < 0 else ''}{i}" for i in range(abs(listed))}
    return lifecycle.judge(ids, NOW, before or None).reason


def notes(tmp_path: Path) -> list[str]:
    """The notes of a store in which a scope changes, a listing and an employer settle, and tags are mixed."""
    recorder = Recorder(tmp_path)
    first, other = [f"p{i}" for i in range(20)], [f"q{i}" for i in range(20)]
    recorder.record(
        *(listing(day(d), first, scope="no named scope") for d in (0, 1)),
        listing(day(2), first, scope="scope x"),
    )
    recorder.record(*(listing(day(d), other, scope="scope x") for d in (3, 4)))
    ours = {"a": [f"a{i}" for i in range(12)], "b": [f"b{i}" for i in range(99)]}
    moved = ours | {"a": [f"c{i}" for i in range(12)]}
    recorder.record(*(feed(day(d), ours) for d in (0, 1, 2)), feed(day(3), moved), feed(day(4), moved))
    recorder.record(feed(day(1.5), ours))  # late
    newer = type(TAXONOMY)("t2", "sha-2", TAXONOMY.tags)
    recorder.store.begin_run("replay", newer, now=day(5), observed_from=day(5))
    facts = recorder.store.facts(first_week=day(0).date(), until=day(9))
    recorder.store.close()
    assert {b.reason for b in facts.breaks} >= {"scope", "coverage"}
    return [b.note for b in facts.breaks] + [f.reason for f in facts.fetches if f.reason]


def imported(observed_at: datetime | None, rejects: int) -> ImportedListing:
    bad = tuple(Reject("", "no title") for _ in range(rejects))
    return ImportedListing(observed_at, (RawPosting("1", "PM"),), bad, "digest")


def gathered(*, total: int | None = None, rejects: int = 0, endless: bool = False) -> str:
    bad = tuple(Reject("", "'title' is missing") for _ in range(rejects))
    page = Page((RawPosting("1", "PM"),), bad, Request("https://toy.example/jobs?all=1"), total)

    class Pages:
        def fetch(self, request: Request, *, published: bool) -> Reply:
            return Reply(request.url, b"", NOW)

    last = Page(page.postings, page.rejects, None, total)
    family = Family(
        "toy", lambda b: Request("https://toy.example/jobs?all=1"), lambda *_: page if endless else last,
        lambda url: None,
    )  # fmt: skip
    return gather(Board("toy", "a", "A"), family, Pages(), lambda p: False, NOW).reason


def failure(act: Callable[[], object]) -> str:
    with pytest.raises(errors.FetchError) as caught:
        act()
    return str(caught.value)


def answered(status: int) -> str:
    request = Request("https://api.board.example/v0/postings/x?mode=json&skip=0")
    return failure(lambda: reply_or_error(request, Answer(request.url, status, (), b"", NOW)))


def moved_to(location: str) -> str:
    request = Request("https://board.example/jobs")
    headers = (("Location", location),)
    return failure(lambda: redirected(request, Answer(request.url, 302, headers, b"", NOW)))


REAL = {
    **{f"judge {a}": judged(*a) for a in [(0, None), (0, 40), (1, 60), (900, 60), (-60, 60)]},
    "import": loading._import_state(imported(NOW, 0), False, 1, alone=True)[1],
    "import without date": loading._import_state(imported(None, 0), True, 1, alone=False)[1],
    "import with rejects": loading._import_state(imported(NOW, 3), True, 4, alone=True)[1],
    "rejects": gathered(rejects=3),
    "total": gathered(total=90),
    "endless": gathered(endless=True),
    **{f"answer {status.value}": answered(status) for status in HTTPStatus if status != 200},
    "answer 799": answered(799),
    **{f"to {url}": moved_to(url) for url in
       ("https://[", "https://else.example/", "ftp://x.example/", "http://10.0.0.1/", "http://board.example/")},
    "not JSON": failure(lambda: Reply("https://x.example/a", b"<html> no", NOW).json()),
}  # fmt: skip


@pytest.mark.parametrize("name", REAL)
def test_what_is_really_recorded_is_told_in_chinese(name: str) -> None:
    reason = REAL[name]
    assert reason
    told = Words("zh").reason(reason)
    assert not left_over(told, ["ftp", "html"])
    assert "/v0/" not in told  # of an address the host is enough
    shown = re.sub(r"https?://(\[?[\w.]*)\S*", r"\1", reason)
    assert Counter(numbers(told)) == Counter(numbers(shown)), shown


@pytest.mark.usefixtures("each_engine")
def test_what_a_store_notes_is_told_in_chinese(tmp_path: Path) -> None:
    for note in notes(tmp_path):
        assert not left_over(Words("zh").reason(note)), note


def test_of_an_address_only_the_host_is_told() -> None:
    reason = "the server answered 403 Forbidden (https://api.board.example/v0/x?mode=json&skip=0)"
    assert Words("en").reason(reason) == "the server answered 403 Forbidden (api.board.example)"
    assert Words("zh").reason(reason) == "api.board.example：网站拒绝访问（403）"


def test_what_changed_in_a_scope_is_told_in_full() -> None:
    note = _scope_note("no named scope, title gate 2", "scope beijing, title gate 3")
    told = "由“未注明的范围，职位名称筛选第 2 版”改为“范围 beijing，职位名称筛选第 3 版”"
    assert Words("zh").reason(note) == told
    note = _scope_note("lever reader 1, title gate 2", "lever reader 1, title gate 3")
    assert Words("zh").reason(note) == "由“职位名称筛选第 2 版”改为“职位名称筛选第 3 版”"


def test_an_unknown_reason_is_told_as_recorded() -> None:
    assert Words("zh").reason("timed out | twice") == "timed out \\| twice"
