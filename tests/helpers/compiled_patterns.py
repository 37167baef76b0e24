"""Prints, as JSON lines, every regular expression of the program: [file, line, pattern, flags].

All modules are imported, then texts are understood and files read so that patterns made of tables, or inside
of functions, are made too. A pattern of bytes is shown as Latin-1.
"""

import importlib
import json
import pkgutil
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

from places import RECORDINGS, ROOT, SHIPPED

found: set[tuple[str, int, str, int]] = set()
compiled = re._compile  # type: ignore[attr-defined]


@cache
def ours(file: str) -> str:
    """Return the path of a file of the program in the checkout, "" of any other."""
    path = Path(file)
    inside = path.is_relative_to(ROOT) and path.relative_to(ROOT).parts[0] in SHIPPED
    return path.relative_to(ROOT).as_posix() if inside else ""


def noted(pattern: Any, flags: int) -> Any:
    frame = sys._getframe(2)
    if (file := ours(frame.f_code.co_filename)) and not isinstance(pattern, re.Pattern):
        text = pattern if isinstance(pattern, str) else pattern.decode("latin-1")
        told = int(flags) if isinstance(pattern, str) else int(flags) | re.ASCII
        found.add((file, frame.f_lineno, text, told))
    return compiled(pattern, flags)


re._compile = noted  # type: ignore[attr-defined]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
importlib.import_module("pmtrend")
for room in ("scraper", "storage", "reports"):
    for module in pkgutil.walk_packages(importlib.import_module(room).__path__, f"{room}."):
        importlib.import_module(module.name)

from worst_cases import worst_cases  # noqa: E402

from reports.wording.words import LANGS, Words, recorded_sentences  # noqa: E402
from scraper.clock import utcnow  # noqa: E402
from scraper.explaining import explain  # noqa: E402
from scraper.importing import read_files  # noqa: E402
from scraper.normalizing.privacy import drop_contacts  # noqa: E402
from scraper.parsing.dates import parse_date  # noqa: E402
from scraper.parsing.folding import fold  # noqa: E402
from scraper.understanding.answering import tag_lines  # noqa: E402
from storage.searching.query import read_query  # noqa: E402

rows = (json.dumps(row).encode() for _, row in worst_cases(1000))
for _ in tag_lines(rows, []):
    pass
explain(
    "AI产品经理\n上海\n负责大模型产品，3年以上经验，本科，20-30K·14薪\n任职要求：熟悉SQL或Python，了解大模型原理和动态"
)
explain("AI Product Manager\nRequirements\n- SQL or Python")
drop_contacts("a.b@acme.example\n微信：abc_12\n微信同号 13800138000\nHR 王女士")
parse_date("3 days ago", now=utcnow())
for lang in LANGS:
    Words(lang)
    recorded_sentences(lang)
for clause in read_query('"AI 产品" 3年 RAG c++ 大模型 -"2 years" gpt-4', fold).wanted:
    assert clause.pattern
for case in sorted((RECORDINGS / "import").glob("*/*.*")):
    try:
        read_files([case], as_of=None, now=utcnow())
    except Exception:
        continue  # what a case is of, its own test tells
for one in sorted(found):
    print(json.dumps(one))
