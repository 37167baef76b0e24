"""Work that is spread over processes: the order of the results, what is underway, and who dies."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice

import pytest
import worker_tasks
from worker_tasks import gone

from scraper.workers.processes import WorkerLost, cores, in_processes


@pytest.mark.parametrize("processes", [1, 2, 3])
@pytest.mark.parametrize("count", [0, 1, 50])
def test_results_come_in_the_order_of_the_tasks(processes: int, count: int) -> None:
    found = in_processes(worker_tasks.doubled, range(count), processes)
    assert list(found) == [2 * number for number in range(count)]


def test_one_process_is_this_one_and_more_are_others() -> None:
    assert set(in_processes(worker_tasks.who, range(3), 1)) == {os.getpid()}
    others = set(in_processes(worker_tasks.who, range(40), 2))
    assert len(others) == 2 and os.getpid() not in others
    assert cores() >= 1


def test_tasks_are_taken_as_they_are_needed() -> None:
    taken = 0

    def tasks() -> Iterator[int]:
        nonlocal taken
        for number in range(60):
            taken += 1
            yield number

    for yielded, _ in enumerate(in_processes(worker_tasks.doubled, tasks(), 2), start=1):
        assert taken - yielded <= 2 * 2 + 1  # two for each process, and the one that is read meanwhile
    assert taken == 60


def test_a_large_task_and_a_large_result_do_not_wait_for_each_other() -> None:
    """More than any pipe holds, both ways at once."""
    tasks = ["x" * 3_000_000] * 6
    assert [len(found) for found in in_processes(worker_tasks.doubled, tasks, 2)] == [6_000_000] * 6  # type: ignore[arg-type, var-annotated]


def test_a_worker_that_is_killed_is_noticed() -> None:
    with pytest.raises(WorkerLost):
        list(in_processes(worker_tasks.killed_by_three, range(10), 2))


def test_work_that_raises_is_told_and_noticed(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(WorkerLost):
        list(in_processes(worker_tasks.failing_at_three, range(10), 2))
    assert "ValueError: three is too much" in capfd.readouterr().err


def test_no_worker_outlives_the_work() -> None:
    found = in_processes(worker_tasks.who, range(1000), 2)
    workers = set(islice(found, 20))
    found.close()
    assert workers and all(map(gone, workers))


PARENT = """
import sys
sys.path[:] = {path!r}
import worker_tasks
from scraper.workers.processes import in_processes
for pid in in_processes(worker_tasks.who, iter(int, 1), 2):
    print(pid, flush=True)
"""


def test_no_worker_outlives_a_parent_that_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT.format(path=sys.path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None and parent.stderr is not None
        workers = {int(line) for line in islice(parent.stdout, 50)}
        parent.send_signal(signal.SIGKILL)
        parent.wait(300)
        assert workers and all(map(gone, workers))
        assert parent.stderr.read() == ""
