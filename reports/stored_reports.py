"""Reports that lie in the output folder: which weeks there are, and reading one again."""

import json
from pathlib import Path
from typing import cast

from reports.digest import digest
from reports.document.weekly import FORMAT, WeeklyReport
from reports.errors import ReportError
from reports.words import LANGS, Lang, Words
from storage.weeks import parse_label


def stored_weeks(out_dir: Path) -> list[str]:
    """Return the labels of the weeks that have a report in `out_dir`, newest first."""
    return sorted(
        (path.parent.name for path in out_dir.glob("*-W*/report.json") if _is_week(path.parent.name)),
        reverse=True,
    )


def load_report(out_dir: Path, week: str) -> WeeklyReport:
    """Return the report of `week` as it was written to `out_dir`.

    Raises ReportError if there is none, or none that this release can tell of.
    """
    path = out_dir / week / "report.json"
    try:
        report = cast(WeeklyReport, json.loads(path.read_text(encoding="utf-8")))
        if (report["format"], report["week"]) != (FORMAT, week):
            raise ReportError(f"{path} is no report of {week} in the format of this release")
        for lang in LANGS:
            digest(report, Words(lang))
    except FileNotFoundError:
        said = f"there is no report of {week} in {out_dir}; `pmtrend report --week {week}` writes it"
        raise ReportError(said) from None
    except OSError as error:
        raise ReportError(f"{path} cannot be read: {error.strerror or error}") from None
    except (ValueError, LookupError, TypeError, AttributeError, StopIteration, RecursionError):
        raise ReportError(f"{path} is damaged; `pmtrend report --week {week}` writes it again") from None
    return report


def page_of(out_dir: Path, week: str, lang: Lang) -> str | None:
    """Return the name of the file in the week's folder that shows the report in `lang`, None without any."""
    names = (f"report.{lang}.md", "report.html")
    return next((name for name in names if (out_dir / week / name).is_file()), None)


def _is_week(name: str) -> bool:
    try:
        parse_label(name)
    except ValueError:
        return False
    return True
