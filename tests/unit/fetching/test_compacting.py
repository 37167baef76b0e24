"""Months of an archive made one file each: a replay tells the same, whatever it held."""

import os
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

import pmtrend
from scraper.errors import ConfigError, FetchError, ServerTrouble
from scraper.fetching import compacting
from scraper.fetching.archive import WarcArchive
from scraper.fetching.compacting import LEAST_AGE, Compacted, compact, lines, months, waiting
from scraper.fetching.outcome import Answer
from scraper.fetching.replay import ReplayArchive
from scraper.model import Request
from storage.store import open_store

START = datetime(2024, 1, 3, 6, tzinfo=UTC)
TODAY = date(2026, 1, 1)
YEAR = timedelta(days=365)
TEXTS = [b"[]", *(b'{"jobs": "%d %s"}' % (n, "产品".encode() * 400) for n in range(3))]
KINDS = ("application/json", "text/html; charset=gb18030")


def run(folder: Path, at: datetime, *exchanges: tuple[str, str, int]) -> Path | None:
    """One run: (what happens, address, number of a body) a second apart."""
    now = at
    with WarcArchive(folder, lambda: at, notice="invented", operator="me@example.org") as archive:
        for what, url, number in exchanges:
            body, kind = TEXTS[number], KINDS[number % 2]
            headers = (("Content-Type", kind), ("ETag", f'"{number}"'))
            request = Request(f"https://board.example/{url}")
            if what == "post":
                request = Request(request.url, "POST", body=b"page=1")
            if what == "fails":
                archive.write_failure(request, ServerTrouble(request.url, "it answered 503", status=503), now)
            elif what == "same":
                asked = Request(request.url, headers=(("If-None-Match", f'"{number}"'),))
                if archive.knows(asked, now):
                    archive.write(asked, Answer(asked.url, 304, (("ETag", f'"{number}"'),), b"", now))
            else:
                status = {"gone": 404, "refused": 403, "again": 503}.get(what, 200)
                answer = Answer(request.url, status, headers, body, now)
                archive.write(request, answer, retried=what == "again")
            now += timedelta(seconds=1)
    return archive.path


def told(folder: Path) -> list[Any]:
    """All that a replay reads, exchange by exchange, each told once."""
    archive = ReplayArchive(sorted(folder.rglob("*.warc.gz")))
    assert archive.problems == ()
    found = []
    for one in archive.exchanges:
        try:
            answer = archive.answer(one)
            outcome: Any = answer.status, answer.headers, answer.body
        except FetchError as error:
            outcome = type(error).__name__, error.reason
        found.append((one.at, one.url, one.method, one.body, one.status, outcome))
    return [archive.notices, *dict.fromkeys(found)]


def compacted(folder: Path, today: date = TODAY, older: timedelta = YEAR) -> list[Compacted]:
    return list(compact(folder, waiting(folder, today, older)))


def weekly(folder: Path, weeks: int = 60) -> None:
    """A board that changes every tenth week, one that never does, and one that fails now and then."""
    for week in range(weeks):
        same = "same" if week % 3 else "answers"
        failing = "fails" if week % 7 == 3 else "answers"
        run(
            folder,
            START + timedelta(days=7 * week),
            ("answers", "lively", week // 10 % 4),
            (same, "calm", 2),
            (failing, "down", 1),
            ("post", "query", 3),
        )


# ------------------------------------------------------------------ what becomes of an archive


def test_each_old_month_becomes_one_file_and_tells_the_same(tmp_path: Path) -> None:
    weekly(tmp_path)
    before, size = told(tmp_path), sum(month.size for month in months(tmp_path))
    young = [month for month in months(tmp_path) if month.first.year == 2025]
    done = compacted(tmp_path)
    assert [(one.month.first, one.problem) for one in done] == [(date(2024, n, 1), "") for n in range(1, 13)]
    assert [one.files for one in done] == [5, 4, 4, 4, 5, 4, 5, 4, 4, 5, 4, 4]
    assert told(tmp_path) == before
    names = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert names[:12] == [f"2024/{n:02}/pmtrend-2024{n:02}.warc.gz" for n in range(1, 13)]
    assert [month for month in months(tmp_path) if month.first.year == 2025] == young
    assert names[-1] == "latest-bodies.json" and len(names) == 12 + 8 + 1
    assert sum(month.size for month in months(tmp_path)) < size
    assert compacted(tmp_path) == [], "a second call has nothing to do"


def bodies(folder: Path) -> list[tuple[bytes, str]]:
    """The bodies that stand in full in the files of a folder, read by others than us, with their types."""
    found = []
    for path in sorted(folder.rglob("*.warc.gz")):
        with path.open("rb") as file:
            for record in ArchiveIterator(file, check_digests="raise"):
                body = record.content_stream().read()
                if record.rec_type == "response" and len(body) > 512:
                    found.append((body, record.http_headers.get_header("Content-Type")))
    return found


def test_a_body_stands_once_and_others_can_read_the_file(tmp_path: Path) -> None:
    weekly(tmp_path)
    assert len(bodies(tmp_path / "2024")) > 30
    compacted(tmp_path)
    found = bodies(tmp_path / "2024")
    assert len(found) == len(set(found)) == 3  # texts 1 to 3; the empty list is too small


def test_a_month_that_is_done_later_leans_on_those_that_were_done_before(tmp_path: Path) -> None:
    weekly(tmp_path)
    before = told(tmp_path)
    assert [len(compacted(tmp_path, today)) for today in (date(2025, 7, 1), TODAY)] == [6, 6]
    assert told(tmp_path) == before
    assert len(bodies(tmp_path / "2024")) == 3


def test_later_runs_refer_to_what_was_compacted(tmp_path: Path) -> None:
    """Also the youngest months that are left alone, whose bodies stand in files that are no more."""
    weekly(tmp_path, 20)
    last = START + timedelta(days=7 * 19)
    compacted(tmp_path, (last + LEAST_AGE).date(), LEAST_AGE)
    assert run(tmp_path, last + timedelta(days=7), ("same", "calm", 2), ("answers", "down", 1))
    assert len(told(tmp_path)) > 60


def test_what_was_added_to_a_compact_month_joins_it(tmp_path: Path) -> None:
    weekly(tmp_path, 9)
    compacted(tmp_path)
    run(tmp_path, START + timedelta(days=3), ("answers", "late", 1))
    before = told(tmp_path)
    (done,) = compacted(tmp_path)
    assert (done.files, done.month.first) == (2, date(2024, 1, 1))
    assert told(tmp_path) == before and len(list((tmp_path / "2024/01").iterdir())) == 1


_EXCHANGE = st.tuples(
    st.sampled_from(["answers"] * 4 + ["same", "same", "fails", "gone", "refused", "again", "post"]),
    st.sampled_from(["a", "b"]),
    st.integers(0, 3),
)


@settings(
    max_examples=40,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    st.lists(st.tuples(st.integers(0, 200), st.lists(_EXCHANGE, max_size=5)), min_size=1, max_size=8),
    st.integers(0, 8),
)
def test_whatever_was_archived_and_wherever_it_is_ended_a_replay_tells_the_same(
    runs: list[tuple[int, list[tuple[str, str, int]]]], steps: int
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        run(folder, START, ("answers", "a", 1))
        for number, (day, exchanges) in enumerate(sorted(runs, key=lambda one: one[0])):
            run(folder, START + timedelta(days=day, minutes=number + 1), *exchanges)
        before = told(folder)
        left = iter(range(steps, -1, -1))

        def step(really: Callable[..., Any]) -> Callable[..., Any]:
            def ended(*arguments: Any, **options: Any) -> Any:
                if not next(left, 0):
                    raise KeyboardInterrupt
                return really(*arguments, **options)

            return ended

        with pytest.MonkeyPatch.context() as patch:
            for of, called in ((os, "fsync"), (os, "replace"), (Path, "unlink")):
                patch.setattr(of, called, step(getattr(of, called)))
            try:
                compacted(folder)
            except KeyboardInterrupt:
                assert told(folder) == before
        compacted(folder)
        assert told(folder) == before
        assert all(month.is_compact for month in months(folder))
        assert not list(folder.rglob("*.part"))


# ------------------------------------------------------------------ what cannot be done


def test_a_file_that_a_kill_cut_off_keeps_its_sound_part(tmp_path: Path) -> None:
    path = run(tmp_path, START, ("answers", "a", 1), ("answers", "b", 2))
    run(tmp_path, START + timedelta(days=1), ("answers", "b", 2))
    before = told(tmp_path)
    assert path is not None
    with path.open("ab") as file:
        file.write(b"\x1f\x8b\x08\x00torn")
    (path.parent / "pmtrend-20240102T000000Z.warc.gz").touch()  # killed before its first record
    (done,) = compacted(tmp_path)
    assert (done.files, "was cut off at byte" in done.problem) == (3, True)
    assert told(tmp_path) == before


def test_a_month_with_a_damaged_file_is_left_as_it_is_and_the_others_are_done(tmp_path: Path) -> None:
    weekly(tmp_path, 9)
    spoilt = months(tmp_path)[0].files[1]
    content = bytearray(spoilt.read_bytes())
    content[len(content) // 2] ^= 0xFF
    spoilt.write_bytes(content)
    files = months(tmp_path)[0].files
    first, *others = compacted(tmp_path)
    assert first.files == 0 and "2024/01 is left as it is: pmtrend-" in first.problem
    assert "\n" not in first.problem
    assert months(tmp_path)[0].files == files and all(one.files for one in others)
    assert not list(tmp_path.rglob("*.part"))


def test_a_full_disk_is_one_sentence_and_leaves_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weekly(tmp_path, 9)
    before, files = told(tmp_path), sorted(tmp_path.rglob("*"))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigError, match="cannot be written: No space left on device"):
        compacted(tmp_path)
    assert sorted(tmp_path.rglob("*")) == files and told(tmp_path) == before


def test_what_does_not_read_as_before_takes_no_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weekly(tmp_path, 9)
    files = sorted(tmp_path.rglob("*"))
    monkeypatch.setattr(compacting, "_copy", lambda *_: {})
    assert all("does not read as the files do" in one.problem for one in compacted(tmp_path))
    assert sorted(tmp_path.rglob("*")) == files


def test_files_of_others_and_links_are_left_alone(tmp_path: Path) -> None:
    archive, elsewhere = tmp_path / "archive", tmp_path / "elsewhere"
    weekly(archive, 9)
    weekly(elsewhere, 9)
    (archive / "2023").symlink_to(elsewhere / "2024")
    (archive / "2024" / "04").symlink_to(elsewhere / "2024" / "01")
    own = months(archive)[0].folder
    shutil.copy(months(archive)[0].files[0], own / "found-elsewhere.warc.gz")
    (own / "pmtrend-20240101T000000Z.warc.gz").symlink_to(months(elsewhere)[0].files[0])
    before = sorted(elsewhere.rglob("*"))
    compacted(archive)
    assert sorted(elsewhere.rglob("*")) == before
    assert {path.name for path in own.iterdir()} == {
        *("found-elsewhere.warc.gz", "pmtrend-20240101T000000Z.warc.gz", "pmtrend-202401.warc.gz")
    }


# ------------------------------------------------------------------ the verbs


def call(folder: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str]:
    monkeypatch.chdir(folder)
    monkeypatch.setattr(pmtrend, "utcnow", lambda: datetime(2026, 1, 1, tzinfo=UTC))
    done = CliRunner().invoke(pmtrend.cli, ["archive", *words], standalone_mode=False)
    if done.exception is not None:
        return 1, str(done.exception)
    return done.return_value or 0, done.output


def test_what_is_there_and_what_was_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call(tmp_path, monkeypatch) == (0, "archive holds no archived replies\n")
    assert call(tmp_path, monkeypatch, "compact") == (0, "nothing to do\n")
    assert list(tmp_path.iterdir()) == []
    weekly(tmp_path / "archive")
    said = lines(tmp_path / "archive", TODAY, YEAR)
    assert call(tmp_path, monkeypatch)[1].splitlines() == said
    assert call(tmp_path, monkeypatch, "list")[1].splitlines() == said
    assert [line.split("\t")[:3] for line in said[:3]] == [
        ["2024", "01 to 12", "52 files"],
        ["2025", "01 to 02", "8 files"],
        ["all", "2024-01 to 2025-02", "60 files"],
    ]
    assert said[3].startswith("older than 365 days and not yet compact: 12 months, 0.")
    code, output = call(tmp_path, monkeypatch, "compact")
    assert code == 0 and output.splitlines()[0].startswith("2024-01\t5 files\t")
    assert output.splitlines()[-1].startswith("saved 0.")
    assert call(tmp_path, monkeypatch)[1].count("\n") == 3


@pytest.mark.parametrize("older", ["365", "0d", "d", "-3d", "1y", "", "999999d"])
def test_an_age_that_is_none_is_told(older: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, said = call(tmp_path, monkeypatch, "compact", "--older", older)
    assert code == 1 and "is no number of days; write it as 365d" in said
    assert list(tmp_path.iterdir()) == []


def test_what_runs_may_refer_to_is_not_compacted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, said = call(tmp_path, monkeypatch, "compact", "--older", "30d")
    assert code == 1 and "--older 30d is too young: replies of the last 31 days are referred to" in said


def test_it_is_refused_while_a_run_is_at_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weekly(tmp_path / "archive", 9)
    store = open_store(f"sqlite:///{tmp_path / 'pmtrend.db'}")
    with store.one_run():
        code, said = call(tmp_path, monkeypatch, "compact")
    store.close()
    assert code == 1 and "another run of pmtrend is at work on this store" in said
    assert len(months(tmp_path / "archive")[0].files) == 5
