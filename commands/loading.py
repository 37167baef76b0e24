"""While the program still loads, which takes a fifth of a second: Ctrl-C, and no search for garbage.

The door imports this before all else. Ctrl-C ends in a sentence, as later: Python's own handler raises
KeyboardInterrupt in whatever import is under way, outside of everything that catches it. (While Python itself
starts nothing of ours can help.) And what is imported stays, so to look for cycles in it, seventy times, is
time lost. So it is at the end: what is left then ends with the process.
"""

# Not `signal`: that loads enum and collections first, most of the time in which a traceback is shown.
import _signal as signal  # type: ignore[import-not-found]
import atexit
import gc
import os


def over() -> None:
    """From now on Ctrl-C raises KeyboardInterrupt again; garbage is looked for, not in what was loaded."""
    gc.freeze()
    gc.enable()
    atexit.register(gc.freeze)  # the search at the end takes a report a fifth of a second
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _end(*_: object) -> None:
    try:
        os.write(2, b"pmtrend: interrupted\n")
    finally:
        os._exit(1)


def _begin() -> None:
    gc.disable()
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        return  # who started it wants it ignored
    try:
        signal.signal(signal.SIGINT, _end)
    except ValueError:
        return  # in another thread than the first


_begin()
