"""Workers on Dask: processes of this machine, or those of a cluster.

The only file that knows Dask. Dask moves tasks and results between machines, gives the tasks of a worker that
dies to others, and starts workers of this machine again.
"""

import logging
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Generic, TypeVar

from scraper.errors import ConfigError, PmtrendError
from scraper.workers.preparing import release

try:
    from distributed import Client, Future, KilledWorker, LocalCluster, Worker, WorkerPlugin, dask
    from distributed.client import FutureCancelledError
except ImportError:
    raise ConfigError(
        "workers need Dask: pip install 'pmtrend[dask]', or leave out --jobs and --scheduler"
    ) from None

R = TypeVar("R")
_ADDRESS = re.compile(r"(?:tcp|tls)://[^\s/]{1,300}:\d{1,5}")
_PATIENCE = 15
"""Seconds: how long a scheduler may take to answer, and workers to be there."""
_LOST = {"distributed.deploy.lost-worker-timeout": "1h"}
"""How long a worker of this machine may take to be there again. Dask would give it up after 15 seconds, which
one that starts beside much other work needs; and with the last one given up, a run would wait for ever."""

logging.getLogger("distributed").setLevel(logging.ERROR)
"""It warns of what it mends, such as a worker that is lost; importing it asks for even more."""


class Promise(Generic[R]):
    """What a worker will give."""

    def __init__(self, future: "Future[R]"):
        self.future = future

    def result(self) -> R:
        """Wait for it. Raises what the work raised, and PmtrendError if workers end again and again."""
        try:
            found: R = self.future.result()
        except KilledWorker:
            raise PmtrendError(
                "workers ended again and again over the same replies, perhaps for want of memory; what was "
                "stored until then is kept; run it without workers"
            ) from None
        except FutureCancelledError:
            raise PmtrendError(
                "the scheduler and its workers are gone; what was stored until then is kept, and the same "
                "command goes on behind it"
            ) from None
        return found


class Fleet:
    """Workers: `size` is how many threads they have, each of which does a task at a time."""

    def __init__(self, client: Client, size: int):
        self._client, self.size = client, size

    def submit(self, work: Callable[..., R], *arguments: Any) -> Promise[R]:
        """Let a worker do work(*arguments), a function at the top of a module; promises stand for results."""
        given = [one.future if isinstance(one, Promise) else one for one in arguments]
        return Promise(self._client.submit(work, *given, pure=False))


@contextmanager
def fleet(jobs: int | None, scheduler: str | None) -> Iterator[Fleet]:
    """Start so many workers here, or use those of a scheduler ("tcp://host:8786"), for the time of the block.

    Raises ConfigError if there is no scheduler or it has no workers, and PmtrendError if what works there is
    another release than this one, or none.
    """
    with ExitStack() as stack:
        if scheduler is None:
            client = stack.enter_context(_local(jobs or 1))
        else:
            client = stack.enter_context(_remote(scheduler))
        threads = sum(client.nthreads().values())
        _check_release(client, scheduler)
        yield Fleet(client, threads)


@contextmanager
def _local(jobs: int) -> Iterator[Client]:
    # One thread each, as Python runs one at a time; no limit of memory but the machine's; no web page.
    with (
        dask.config.set(_LOST),
        LocalCluster(
            n_workers=jobs,
            threads_per_worker=1,
            memory_limit=0,
            dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": False},
            silence_logs=logging.ERROR,
        ) as cluster,
        Client(cluster) as client,
    ):
        client.register_plugin(_Uninterrupted())
        yield client


class _Uninterrupted(WorkerPlugin):
    """A worker that does not see Ctrl-C, which a terminal sends to all: whoever started it ends it."""

    def setup(self, worker: Worker) -> None:
        """Called in each worker of this machine, also in one that is started again."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _remote(scheduler: str) -> Iterator[Client]:
    # Each client that finds nothing leaves a thread behind for a while, so what is no address is not tried.
    if not _ADDRESS.fullmatch(scheduler):
        raise ConfigError(f"there is no Dask scheduler at {scheduler!r} (write it as tcp://HOST:8786)")
    try:
        client = Client(scheduler, timeout=_PATIENCE)
    except (OSError, ValueError, TypeError) as error:
        raise ConfigError(f"there is no Dask scheduler at {scheduler!r} ({error})") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError:
            raise ConfigError(f"the Dask scheduler at {scheduler} has no workers") from None
        yield client


def _check_release(client: Client, scheduler: str | None) -> None:
    where = f"the workers of {scheduler}" if scheduler else "the workers"
    try:
        found = client.run(release)
    except ImportError as error:
        raise PmtrendError(
            f"{where} cannot load pmtrend ({error}); install release {release()[0]} there"
        ) from None
    for version, vocabulary in found.values():
        if (version, vocabulary) != release():
            what = f"release {version}" if version != release()[0] else "another vocabulary"
            raise PmtrendError(
                f"{where} have {what} of pmtrend, this is release {release()[0]}; install the same there"
            )
