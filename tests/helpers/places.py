"""Where the tests find what they read: the project, its corpora and recordings, the data beside it."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORPORA = ROOT / "tests" / "corpora"
RECORDINGS = ROOT / "tests" / "recordings"
DEMO = ROOT / "demo" / "market.warc.gz"
SHIPPED = ("pmtrend.py", "commands", "scraper", "storage", "reports", "migrations")
"""Files and folders that the program is made of."""

SHARED = ROOT.parent / "shared"
"""Research and real recordings that are not part of the project; tests on them skip where they are absent."""
SHARED_DATA = SHARED / "data"
