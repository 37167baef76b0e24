"""The invented market: its archive is what its generator makes, tells its story, and `./run demo` is safe."""

import gzip
import importlib
import json
import shlex
import stat
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest
from places import ROOT
from warcio.archiveiterator import ArchiveIterator

from scraper.boards import load_boards
from scraper.errors import FetchError
from scraper.fetching.replay import ReplayArchive
from scraper.model import Board
from scraper.normalizing.titles import is_pm_title
from scraper.runs.replaying import replay
from scraper.sources import FAMILIES
from storage.records import Facts
from storage.store import open_store
from storage.weeks import WEEK, label, parse_label, week_end, week_of

DEMO = ROOT / "demo"
ARCHIVE = DEMO / "market.warc.gz"
START = datetime(2026, 9, 2, 2, 0, tzinfo=UTC)
WEEKS = [f"2026-W{week}" for week in range(36, 48)]
NOTICE = (
    "notice: Invented data: every company, posting and number in this market was made up for demonstration."
)
CLASSES = ("ai_pm", "aigc_pm", "both", "other_pm")


def generator(*arguments: str) -> str:
    command = [sys.executable, str(DEMO / "market.py"), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8").stdout


@pytest.fixture(scope="module")
def truth() -> dict:
    return json.loads(generator("--truth"))


@pytest.fixture(scope="module")
def replies(truth) -> dict:
    """(board, week) -> the parsed page, or the state of the FetchError that it gives."""
    archive = ReplayArchive([ARCHIVE])
    assert archive.problems == ()
    found = {}
    for name, told in truth["boards"].items():
        family, key = name.split(":")
        board = Board(family, key, told["company"], told["market"])
        request = FAMILIES[family].first(board)
        for index, week in enumerate(WEEKS):
            at = START + timedelta(weeks=index)
            if archive.find(request, at, at + timedelta(hours=1)) is None:
                continue
            try:
                reply = archive.fetcher(at, at + timedelta(hours=1)).fetch(request, published=True)
            except FetchError as error:
                found[name, week] = error.state
            else:
                found[name, week] = FAMILIES[family].parse(board, reply, request)
    return found


# ------------------------------------------------------------------ the file


def test_generator_makes_the_archive_that_is_kept(tmp_path):
    one, two = tmp_path / "one.warc.gz", tmp_path / "two.warc.gz"
    generator("--out", str(one))
    generator("--out", str(two))
    assert one.read_bytes() == two.read_bytes()
    # Another build of zlib may compress the same records to other bytes.
    assert gzip.decompress(one.read_bytes()) == gzip.decompress(ARCHIVE.read_bytes())


def test_archive_is_small_and_sound():
    assert ARCHIVE.stat().st_size <= 2 * 2**20
    dates, kinds, ids = [], Counter(), set()
    with ARCHIVE.open("rb") as file:
        for record in ArchiveIterator(file, check_digests="raise"):
            headers = record.rec_headers
            block = record.content_stream().read().decode()
            if record.rec_type == "warcinfo":
                assert NOTICE in block.splitlines()
            kinds[record.rec_type] += 1
            dates.append(headers.get_header("WARC-Date"))
            ids.add(headers.get_header("WARC-Record-ID"))
    assert dates == sorted(dates) and dates[0].startswith("2026-09-02") and dates[-1].startswith("2026-11-18")
    assert len(ids) == sum(kinds.values())
    # 23 boards for 12 weeks, one for 7
    assert kinds["warcinfo"] == 1 and kinds["request"] == 23 * 12 + 7
    assert kinds["response"] + kinds["revisit"] == kinds["request"]
    assert kinds["revisit"] > 80


# ------------------------------------------------------------------ the story


def test_boards_are_bilingual_and_of_three_families(truth):
    boards = truth["boards"]
    assert len(boards) == 24
    assert Counter(told["market"] for told in boards.values()) == {"en": 12, "zh": 12}
    assert Counter(name.split(":")[0] for name in boards) == {"greenhouse": 8, "ashby": 8, "lever": 8}


def test_what_goes_wrong(truth, replies):
    states = {name: told["states"] for name, told in truth["boards"].items()}
    odd = {
        (name, week): state
        for name, row in states.items()
        for week, state in zip(WEEKS, row, strict=True)
        if state != "complete"
    }
    assert odd == {
        ("lever:quillstone", "2026-W43"): "failed",
        ("ashby:inkwell-orchard", "2026-W44"): "suspect",
        ("lever:xingfa", "2026-W46"): "refused",
        ("lever:xingfa", "2026-W47"): "refused",
        **{("lever:lanyu", week): "" for week in WEEKS[:5]},
    }
    failures = {where: page for where, page in replies.items() if isinstance(page, str)}
    assert failures == {where: state for where, state in odd.items() if state in ("failed", "refused")}
    assert len(replies[("ashby:inkwell-orchard", "2026-W44")].postings) == 2
    assert len(replies[("ashby:inkwell-orchard", "2026-W43")].postings) >= 7
    rejects = {
        where: page.rejects for where, page in replies.items() if not isinstance(page, str) and page.rejects
    }
    assert list(rejects) == [("greenhouse:lumenharbor", "2026-W47")]
    page = replies[("greenhouse:lumenharbor", "2026-W47")]
    assert len(page.rejects) == 1 and page.total == len(page.postings) + 1
    assert len(page.rejects) < 0.1 * page.total  # else the reply would be partial


def test_truth_is_what_the_replies_show(truth, replies):
    listed: dict[tuple[str, str], list[str]] = {}
    titles: dict[tuple[str, str], str] = {}
    for week in WEEKS:
        for name in truth["boards"]:
            page = replies.get((name, week))
            for posting in page.postings if page and not isinstance(page, str) else ():
                listed.setdefault((name, posting.native_id), []).append(week)
                titles[name, posting.native_id] = posting.title
    told = {(posting["board"], posting["id"]): posting for posting in truth["postings"]}
    assert {where for where, title in titles.items() if is_pm_title(title)} == set(told)
    for where, posting in told.items():
        assert titles[where] == posting["title"]
        spells = posting["spells"]
        assert (spells[0]["first"], spells[-1]["last"]) == (listed[where][0], listed[where][-1])


def test_staff_roles_surround_the_product_managers(replies):
    shown = {p.title for page in replies.values() if not isinstance(page, str) for p in page.postings}
    refused = {title for title in shown if not is_pm_title(title)}
    assert len(refused) > 60
    for word in ("Product Marketing Manager", "Product Designer", "产品运营", "项目经理", "算法工程师"):
        assert any(word in title for title in refused)


def test_markets_move_as_told(truth):
    actual = {role: truth["actual"][role] for role in CLASSES}
    assert actual["aigc_pm"][-1] > 1.8 * actual["aigc_pm"][0]
    assert 0.6 * actual["ai_pm"][0] < actual["ai_pm"][-1] < 0.85 * actual["ai_pm"][0]
    assert all(abs(count - 46) <= 2 for count in actual["other_pm"])
    joined = WEEKS.index("2026-W41")
    backlog = [
        p for p in truth["postings"] if p["board"] == "lever:lanyu" and p["spells"][0]["kind"] == "backlog"
    ]
    assert len(backlog) >= 4 and all(p["spells"][0]["first"] == WEEKS[joined] for p in backlog)
    for role in CLASSES:  # what was new on complete boards explains the stock, the added board apart
        assert truth["new"][role][0] == truth["closed"][role][0] == 0


def test_statistics_have_something_to_show(truth):
    last = [p for p in truth["postings"] if p["spells"][-1]["last"] == "2026-W47"]
    for role in ("ai_pm", "aigc_pm"):
        of_class = [p for p in last if p["role"] == role]
        assert len(of_class) >= 30 and len({p["board"] for p in of_class}) >= 10
    assert {p["role"] for p in last} == {*CLASSES, "not_pm"}
    stated = [p for p in truth["postings"] if p["years"] is not None]
    assert 0.7 < len(stated) / len(truth["postings"]) < 0.98
    paid = [p for p in truth["postings"] if p["pay"]]
    assert {p["pay"][2] for p in paid} == {"USD", "EUR", "GBP", "CNY"}


def test_single_postings_told_by_hand(truth, replies):
    spells = [(p["board"], [s["kind"] for s in p["spells"]]) for p in truth["postings"]]
    assert sorted(entry for entry in spells if len(entry[1]) > 1) == [
        ("ashby:tinglan", ["backlog", "repost"]),
        ("lever:carrowmoor", ["new", "repost"]),
    ]
    cities = [p for p in truth["postings"] if p["requisition"] == _shared(truth)]
    assert len(cities) == 3 and len({p["title"] for p in cities}) == 1
    page = replies[("greenhouse:vantleaf", "2026-W47")]
    ids = {p["id"] for p in cities}
    assert len({p.requisition for p in page.postings if p.native_id in ids}) == 1
    assert len({p.locations for p in page.postings if p.native_id in ids}) == 3
    edited = [p for p in truth["postings"] if p["edited"]]
    assert len(edited) == 3
    for told in edited:
        at = WEEKS.index(told["edited"])
        before, after = (_text(replies[told["board"], WEEKS[week]], told["id"]) for week in (at - 1, at))
        assert "(RAG)" not in before and "（RAG）" not in before
        assert "(RAG)" in after or "（RAG）" in after


def _shared(truth) -> str:
    return Counter(p["requisition"] for p in truth["postings"]).most_common(1)[0][0]


def _text(page, native_id: str) -> str:
    return next(p.description for p in page.postings if p.native_id == native_id)


def test_no_board_of_the_market_is_a_real_one(truth):
    followed = {board.name.lower() for board in load_boards(None)}
    assert not followed & {name.lower() for name in truth["boards"]}


# ------------------------------------------------------------------ the pipeline on it


@pytest.fixture(scope="module")
def facts(tmp_path_factory) -> Facts:
    """What the store knows at the end of 2026-W47, after a replay of the whole archive."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('demo') / 'pmtrend.db'}", None)
    try:
        replay(store, ReplayArchive([ARCHIVE]), (), clock=lambda: datetime(2026, 11, 25, tzinfo=UTC))
        monday = parse_label("2026-W47")
        until = week_end(monday, store.zone)
        return store.facts(first_week=monday - 15 * WEEK, until=until, as_of=None)
    finally:
        store.close()


def _week(instant: datetime | None, facts: Facts) -> str | None:
    return None if instant is None else label(week_of(instant, facts.zone))


def test_store_finds_every_spell_of_the_truth(truth, facts):
    told = Counter(
        (p["board"], p["title"], s["kind"], s["first"], s["last"], s["missed"], s["closed"])
        for p in truth["postings"]
        for s in p["spells"]
    )
    found = Counter(
        (
            facts.units[spell.unit].board,
            facts.postings[spell.posting].title,
            spell.kind,
            _week(spell.opened_at, facts),
            _week(spell.last_seen_at, facts),
            _week(spell.missed_at, facts),
            spell.closed,
        )
        for spell in facts.spells
    )
    assert found == told
    assert facts.breaks == ()
    assert [f"notice: {notice}" for notice in facts.notices] == [NOTICE]


def test_store_finds_every_state_of_the_truth(truth, facts):
    told = {
        (name, week): state
        for name, board in truth["boards"].items()
        for week, state in zip(WEEKS, board["states"], strict=True)
        if state
    }
    assert {(fetch.board, label(fetch.week)): fetch.state for fetch in facts.fetches} == told


def test_texts_are_understood_as_they_were_meant(truth, facts):
    """Not a score of the tagger: it shows that the texts say plainly what the truth claims of them."""
    told = {(p["board"], p["title"], p["spells"][0]["first"]): p for p in truth["postings"]}
    opened: dict[int, str | None] = {}
    for spell in sorted(facts.spells, key=lambda spell: spell.opened_at):
        opened.setdefault(spell.posting, _week(spell.opened_at, facts))
    same = Counter()
    for number, posting in facts.postings.items():
        meant = told[facts.units[posting.unit].board, posting.title, opened[number]]
        pay = posting.salary and [
            getattr(posting.salary, name) for name in ("min", "max", "currency", "months")
        ]
        same["role"] += posting.role == meant["role"]
        same["pay"] += pay == meant["pay"]
        same["years"] += (posting.years_min if posting.years_required else None) == meant["years"]
        same["ai_years"] += (posting.ai_years_min if posting.ai_years_required else None) == meant["ai_years"]
        same["degree"] += posting.education == meant["degree"]
    assert len(facts.postings) == len(truth["postings"])
    assert {name: count for name, count in same.items() if count < 0.99 * len(facts.postings)} == {}


# ------------------------------------------------------------------ ./run demo


@pytest.fixture
def run(monkeypatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(DEMO))
    return importlib.import_module("run")


STUB = """\
import json, os, pathlib, sys
log = pathlib.Path("calls.jsonl")
with log.open("a") as file:
    file.write(json.dumps([sys.argv[1:], sorted(n for n in os.environ if n.startswith("PMTREND"))]) + "\\n")
verb = sys.argv[3]
if verb == "report":
    out = pathlib.Path("reports/2026-W47"); out.mkdir(parents=True)
    for lang in ("en", "zh"):
        text = f"# {lang}\\n\\n## First\\n\\nfinding\\n\\n## Second\\n\\nrest\\n"
        (out / f"report.{lang}.md").write_text(text)
sys.exit(json.loads(os.environ["STUB_CODES"]).get(verb, 0))
"""


@pytest.fixture
def stub(run, tmp_path, monkeypatch):
    """Put a program in the place of pmtrend that notes how it was called; returns how to set exit codes."""
    program, script = tmp_path / "stub.py", tmp_path / "stub"
    program.write_text(STUB, encoding="utf-8")
    # through sh: a #! line cannot name an interpreter whose path has a space
    words = [sys.executable, str(program)]
    script.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n', encoding="utf-8")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(run, "PMTREND", script)
    monkeypatch.setenv("PMTREND_DATABASE_URL", "sqlite:////somewhere/precious.db")
    return lambda codes: monkeypatch.setenv("STUB_CODES", json.dumps(codes))


def calls(folder: Path) -> list:
    return [json.loads(line) for line in (folder / "calls.jsonl").read_text().splitlines()]


def test_demo_shows_the_three_verbs(run, stub, tmp_path, monkeypatch, capfd):
    stub({"replay": 3})
    (tmp_path / "a place").mkdir()
    monkeypatch.chdir(tmp_path / "a place")
    assert run.main([]) == 0
    folder = tmp_path / "a place" / "pmtrend-demo"
    database = ["--db", "sqlite:///pmtrend.db"]
    assert calls(folder) == [
        [[*database, "replay", str(ARCHIVE)], []],
        [[*database, "report", "--week", "2026-W47", "--out", "reports"], []],
        [[*database, "status"], []],
    ]
    out = capfd.readouterr().out
    assert "$ pmtrend --db sqlite:///pmtrend.db replay" in out
    assert "# en" in out and "# zh" in out and "finding" in out and "Second" not in out
    assert f": {folder / 'reports' / '2026-W47' / 'report.html'}\n" in out
    assert f"$ cd '{folder}'\n$ " in out


@pytest.mark.parametrize(
    ("codes", "expected", "made"),
    [({"replay": 2}, 2, 1), ({"replay": 1}, 1, 1), ({"report": 3}, 3, 2), ({"status": 1}, 1, 3)],
)
def test_demo_ends_with_the_first_failing_verb(run, stub, tmp_path, codes, expected, made):
    stub(codes)
    assert run.main([str(tmp_path / "demo")]) == expected
    assert len(calls(tmp_path / "demo")) == made


def test_demo_starts_fresh_unless_told_to_keep(run, tmp_path):
    folder = tmp_path / "demo"
    run.prepare(folder, keep=False)
    for name in ("pmtrend.db", "pmtrend.db-wal", "notes.txt", "reports/2026-W47/report.en.md"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    run.prepare(folder, keep=True)
    assert (folder / "pmtrend.db").exists() and (folder / "reports").exists()
    run.prepare(folder, keep=False)
    assert sorted(path.name for path in folder.iterdir()) == ["THIS-IS-A-DEMO.txt", "boards.d", "notes.txt"]
    boards = {(board.family, board.key): board for board in load_boards(folder / "boards.d")}
    assert boards["ashby", "tinglan"].company == "听岚语音" and boards["ashby", "tinglan"].market == "zh"


def test_demo_never_touches_a_folder_of_somebody_else(run, tmp_path, capsys):
    (tmp_path / "pmtrend.db").write_text("precious")
    assert run.main([str(tmp_path)]) == 1
    assert (tmp_path / "pmtrend.db").read_text() == "precious"
    assert [path.name for path in tmp_path.iterdir()] == ["pmtrend.db"]
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_demo_says_in_one_sentence_what_is_wrong(run, tmp_path, capsys):
    blocked = tmp_path / "file"
    blocked.write_text("")
    for arguments in ([str(blocked)], [str(blocked / "below")], ["--unknown"]):
        try:
            code = run.main(arguments)
        except SystemExit as stopped:
            code = stopped.code
        assert code == 1
        assert len(capsys.readouterr().err.strip().splitlines()) == 1
