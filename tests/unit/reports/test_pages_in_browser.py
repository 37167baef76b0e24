"""The pages in a real browser: languages, sorting, a phone, the dark, paper; nothing leaves, nothing runs.

Chromium is found by its name; without one the tests are skipped, under CI they fail.
"""

import io
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import chromium
import numpy as np
import pytest
from chromium import Chromium, address
from matplotlib.image import imread
from report_market import report_of_kind

from reports.document.weekly import WeeklyReport
from reports.output.writing import write_overview, write_report
from reports.pages.shell import asset
from reports.wording.words import LANGS, Words

EVIL = '<script>hacked=1</script>"><img src=x onerror=hacked=1></script>]]>\u202eabc'

pytestmark = pytest.mark.skipif(
    chromium.PROGRAM is None and not os.environ.get("CI"),
    reason="there is no Chromium on this machine (Debian: apt install chromium)",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    with Chromium() as started:
        yield started


@pytest.fixture(scope="module")
def report() -> WeeklyReport:
    """A regular report with long tables, some of them of hostile names."""
    made = report_of_kind("regular")
    for part in ("skills", "contrast"):
        rows = made[part]["rows"]  # type: ignore[literal-required]
        made[part]["rows"] = [  # type: ignore[literal-required]
            {**row, "en": f"{row['en']} {i}", "zh": f"{row['zh']} {i}"} for row in rows for i in range(15)
        ]
        made[part]["rows"][0] |= {"en": EVIL, "zh": EVIL}  # type: ignore[literal-required]
    made["notices"] = [*made["notices"], EVIL]
    return made


@pytest.fixture(scope="module")
def folder(report: WeeklyReport, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("reports")
    write_report(report, out, LANGS)
    write_overview(out)
    return out


@pytest.fixture(scope="module")
def page(folder: Path, report: WeeklyReport) -> str:
    return address(folder / report["week"] / "report.html")


@pytest.fixture(scope="module")
def index(folder: Path) -> str:
    return address(folder / "index.html")


SHOWN = "[...document.querySelectorAll('.edition')].filter(e => e.checkVisibility()).map(e => e.id)"


# ------------------------------------------------------------------ nothing leaves, nothing runs


@pytest.mark.parametrize("which", ["page", "index"])
def test_no_request_no_complaint_and_no_foreign_code(
    browser: Chromium, which: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue(which)
    with browser.page(url) as tab:
        tab.run("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert tab.requests() == [url]
        assert tab.complaints() == []
        assert tab.run("typeof hacked") == "undefined"
        assert tab.run("document.querySelectorAll('img, iframe, object').length") == 0


def test_the_policy_holds_off_what_might_get_in(browser: Chromium, page: str) -> None:
    with browser.page(page) as tab:
        tab.run(
            """(() => {
              const script = document.createElement("script");
              script.textContent = "hacked = 1";
              document.body.append(script);
              const image = document.createElement("img");
              image.src = "https://example.org/x.png";
              document.body.append(image);
              document.body.setAttribute("onclick", "hacked = 1");
              document.body.click();
            })()"""
        )
        assert tab.run("typeof hacked") == "undefined"
        assert len(tab.complaints()) == 3
        assert tab.refusals() == ["csp"]


def test_a_hostile_name_is_read_as_it_was_written(browser: Chromium, page: str) -> None:
    with browser.page(page + "#en") as tab:
        text = tab.run("document.getElementById('en').textContent")
        assert "<script>hacked=1</script>" in text
        assert "\u202e" not in text


def test_the_data_can_be_taken_from_a_page_that_travels_alone(
    browser: Chromium, page: str, folder: Path, report: WeeklyReport
) -> None:
    with browser.page(page + "#en") as tab:
        link = tab.run("document.querySelector('#en a[download]').href")
        assert link.startswith("blob:")
        data = tab.run("JSON.parse(document.getElementById('report-json').textContent)")
    assert data == json.loads((folder / report["week"] / "report.json").read_text("utf-8"))


# ------------------------------------------------------------------ languages


@pytest.mark.parametrize(
    ("preferred", "shown", "tag"),
    [
        ("zh-CN,zh,en", "zh", "zh-Hans"),
        ("en-GB,zh", "en", "en"),
        ("fr-FR,zh-TW", "zh", "zh-Hans"),
        ("fr", "en", "en"),
    ],
)
@pytest.mark.parametrize("which", ["page", "index"])
def test_the_browser_decides_first(
    browser: Chromium, which: str, preferred: str, shown: str, tag: str, request: pytest.FixtureRequest
) -> None:
    with browser.page(request.getfixturevalue(which), languages=preferred) as tab:
        assert tab.run(SHOWN) == [shown]
        assert tab.run("document.documentElement.lang") == tag
        assert tab.run("document.title") == tab.run(f"document.getElementById('{shown}').dataset.title")


def test_the_reader_decides_and_is_remembered(browser: Chromium, page: str) -> None:
    with browser.page(page, languages="en") as tab:
        tab.run("document.querySelector('[data-to=zh]').click()")
        assert tab.run(SHOWN) == ["zh"]
        assert tab.run("document.documentElement.lang") == "zh-Hans"
        assert tab.run("document.querySelector('.languages [aria-current]').lang") == "zh-Hans"
        tab.reload()
        assert tab.run(SHOWN) == ["zh"]
        assert tab.complaints() == []


def test_an_address_decides_before_what_was_chosen(browser: Chromium, page: str) -> None:
    with browser.page(page, languages="en") as tab:
        tab.run("document.querySelector('[data-to=zh]').click()")
        tab.open("about:blank")
        tab.open(page + "#en-contrast")
        assert tab.run(SHOWN) == ["en"]
        assert abs(tab.run("document.getElementById('en-contrast').getBoundingClientRect().top")) < 60
        tab.run("location.hash = '#zh-skills'")
        tab.run("new Promise(done => setTimeout(done, 50))")
        assert tab.run(SHOWN) == ["zh"]


@pytest.mark.parametrize("fragment", ["#zh", "#en"])
def test_who_comes_for_a_language_sees_where_it_is_changed(
    browser: Chromium, page: str, fragment: str
) -> None:
    with browser.page(page + fragment, languages="en") as tab:
        tab.run("new Promise(done => setTimeout(done, 50))")
        assert tab.run("document.querySelector('.languages').getBoundingClientRect().top") >= 0


def test_who_changes_the_language_goes_on_reading_there(browser: Chromium, page: str) -> None:
    with browser.page(page, languages="en") as tab:
        tab.run("document.getElementById('en-skills').scrollIntoView()")
        tab.run("document.querySelector('[data-to=zh]').click()")
        assert abs(tab.run("document.getElementById('zh-skills').getBoundingClientRect().top")) < 60


def test_a_page_without_storage_works_all_the_same(browser: Chromium, page: str) -> None:
    with browser.page("about:blank") as tab:
        tab.ask(
            "Page.addScriptToEvaluateOnNewDocument",
            source="Object.defineProperty(window, 'localStorage', {get() { throw new Error('no') }})",
        )
        tab.open(page)
        tab.run("document.querySelector('[data-to=zh]').click()")
        assert tab.run(SHOWN) == ["zh"]
        assert tab.complaints() == []


@pytest.mark.parametrize(
    ("fragment", "shown"), [("", "en"), ("#zh", "zh"), ("#zh-contrast", "zh"), ("#en", "en")]
)
def test_without_scripts_the_address_chooses_the_language(
    browser: Chromium, page: str, fragment: str, shown: str
) -> None:
    with browser.page(page + fragment, scripts=False, languages="zh") as tab:
        assert tab.run(SHOWN) == [shown]
        assert tab.run("document.querySelectorAll('thead button').length") == 0
        assert tab.complaints() == []


# ------------------------------------------------------------------ tables

COLUMN = """(table, column) => [...table.tBodies[0].rows].map(row => row.cells[column].textContent)"""
WHOLE = "document.querySelector('#en-contrast-rows table')"


def column(tab: chromium.Page, number: int) -> list[str]:
    return list(tab.run(f"({COLUMN})({WHOLE}, {number})"))


def test_a_click_sorts_by_number_then_the_other_way_then_not_at_all(browser: Chromium, page: str) -> None:
    with browser.page(page + "#en") as tab:
        head = f"{WHOLE}.tHead.rows[0].cells[1]"
        first = column(tab, 1)
        states, orders = [], []
        for _ in range(3):
            tab.run(f"{head}.querySelector('button').click()")
            states.append(tab.run(f"{head}.getAttribute('aria-sort')"))
            orders.append([float(text.split("\u00a0")[0]) for text in column(tab, 1)])
        assert states == ["descending", "ascending", "none"]
        assert orders[0] == sorted(orders[0], reverse=True) != orders[2]
        assert orders[1] == sorted(orders[0])
        assert column(tab, 1) == first
        assert tab.run(f"{WHOLE}.querySelectorAll('[aria-sort]:not([aria-sort=none])').length") == 0


def test_a_keyboard_sorts_too_and_names_are_sorted_as_names(browser: Chromium, page: str) -> None:
    with browser.page(page + "#en") as tab:
        tab.run("document.getElementById('en-contrast-rows').open = true")
        tab.run(f"{WHOLE}.tHead.rows[0].cells[0].querySelector('button').focus()")
        tab.press("Enter", 13, "\r")
        assert tab.run("document.activeElement.closest('th').getAttribute('aria-sort')") == "ascending"
        names = [name for name in column(tab, 0) if name.startswith("SQL")]
        assert names == [f"SQL {i}" for i in range(15)], "SQL 2 comes before SQL 10"


@pytest.mark.parametrize(
    ("texts", "falling"),
    [
        ("9 % [1, 20];–;10 % [2, 22];(31 % [13, 58])", "(31 % [13, 58]);10 % [2, 22];9 % [1, 20];–"),
        ("−30 %;+114 %;0.0 %", "+114 %;0.0 %;−30 %"),
        ("1,200;99;–", "1,200;99;–"),
        ("3/7;50 %;1/7", "50 %;3/7;1/7"),
        ("162 / 23;9 / 9", "162 / 23;9 / 9"),
        ("53 天 [47, 63];9 天", "53 天 [47, 63];9 天"),
    ],
)
def test_figures_as_the_report_writes_them_are_numbers(
    browser: Chromium, texts: str, falling: str, tmp_path: Path
) -> None:
    made = tmp_path / "table.html"
    rows = "".join(f"<tr><td>{text}</td></tr>" for text in [*texts.split(";"), texts.split(";")[0]])
    made.write_text(
        f'<!doctype html><html data-langs="en"><meta charset="utf-8"><script>{asset("page.js")}</script>'
        '<article id="en" lang="en" data-title="t"><table><thead><tr><th>x</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></article></html>",
        encoding="utf-8",
    )
    with browser.page(address(made)) as tab:
        tab.run("document.querySelector('thead button').click()")
        told = list(tab.run(f"({COLUMN})(document.querySelector('table'), 0)"))
        assert list(dict.fromkeys(told)) == falling.split(";")


def test_sparklines_in_running_text_are_muted_and_the_words_stay(browser: Chromium, page: str) -> None:
    with browser.page(page + "#en") as tab:
        blocks: list[dict[str, Any]] = tab.run(
            """[...document.querySelectorAll('#en li, #en p')]
              .filter(one => /[▁-█]{5}/.test(one.textContent))
              .map(one => ({told: [...one.querySelectorAll('.spark')].map(spark => spark.textContent),
                       text: one.textContent}))"""
        )
    assert blocks
    for block in blocks:
        assert block["told"] == re.findall("[·▁-█╎]{5,}", block["text"])
        assert re.search("[a-z]", block["text"])


def test_weeks_are_no_numbers_and_sparklines_are_not_sorted(browser: Chromium, page: str) -> None:
    with browser.page(page + "#en") as tab:
        heads: list[dict[str, Any]] = tab.run(
            """[...document.querySelectorAll('#en thead th')].map(head => {
              const column = head.cellIndex, rows = [...head.closest('table').tBodies[0].rows];
              const tables = [...document.querySelectorAll('table')];
              return {spark: rows.some(row => /[▁-█]{3}/.test(row.cells[column].textContent)),
                      weeks: rows.every(row => /^2026-W/.test(row.cells[column].textContent)),
                      button: !!head.querySelector('button'), rows: rows.length,
                      table: tables.indexOf(head.closest('table'))};
            })"""
        )
        assert any(head["spark"] for head in heads)
        assert not any(head["button"] for head in heads if head["spark"])
        assert all(head["button"] for head in heads if head["weeks"] and head["rows"] > 2)
        (weeks,) = {head["table"] for head in heads if head["weeks"]}
        first = f"document.querySelectorAll('table')[{weeks}]"
        tab.run(f"{first}.querySelector('button').click()")
        told = tab.run(f"({COLUMN})({first}, 0)")
        assert told == sorted(told)


def test_a_link_to_more_rows_unfolds_them(browser: Chromium, page: str, report: WeeklyReport) -> None:
    with browser.page(page + "#en") as tab:
        assert tab.run("document.getElementById('en-contrast-rows').open") is False
        tab.run("document.querySelector('#en a[href=\"#en-contrast-rows\"]').click()")
        tab.run("new Promise(done => setTimeout(done, 50))")
        assert tab.run("document.getElementById('en-contrast-rows').open") is True
        assert tab.run(f"{WHOLE}.tBodies[0].rows.length") == len(report["contrast"]["rows"])


# ------------------------------------------------------------------ a phone, the dark, paper


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("which", ["page", "index"])
def test_a_narrow_phone_scrolls_tables_but_never_the_page(
    browser: Chromium, which: str, lang: str, request: pytest.FixtureRequest
) -> None:
    with browser.page(f"{request.getfixturevalue(which)}#{lang}", width=360, height=740) as tab:
        tab.run("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert tab.run("document.documentElement.scrollWidth") == 360
        assert tab.run("document.body.scrollWidth") == 360
        if which == "page":
            wide = (
                "[...document.querySelectorAll('.scroll, .chart')].filter(b => b.scrollWidth > b.clientWidth)"
            )
            assert tab.run(f"{wide}.length") > 3
            assert tab.run(f"{wide}.every(box => box.tabIndex === 0)")
            # Only whole tables are tables there: a row of the others is a card in which all can be read.
            assert (
                tab.run(f"{wide}.filter(box => !box.closest('.whole') && !box.matches('.chart')).length") == 0
            )
            cell = f"document.querySelector('#{lang}-contrast ~ .scroll tbody tr').lastElementChild"
            assert tab.run(f"{cell}.dataset.label") == Words(lang)("column.verdict")
            assert tab.run(f"getComputedStyle({cell}, '::before').content") == json.dumps(
                Words(lang)("column.verdict"), ensure_ascii=False
            )
            tab.resize(1200, 900)
            assert tab.run(f"getComputedStyle({cell}, '::before').content") == "none"


def luminance(pixels: Any) -> Any:
    """Relative luminance (WCAG 2) of sRGB pixels (0..1)."""
    linear = np.where(pixels <= 0.04045, pixels / 12.92, ((pixels + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def contrast(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_charts_and_text_stand_out_from_their_ground_by_day_and_by_night(
    browser: Chromium, page: str, dark: bool
) -> None:
    with browser.page(page + "#en", dark=dark) as tab:
        charts = tab.run("document.querySelectorAll('#en .chart').length")
        assert charts > 4
        for number in range(charts):
            box = tab.run(
                "(({left, top, width, height}) => "
                "({x: left + scrollX, y: top + scrollY, width, height, scale: 1}))"
                f"(document.querySelectorAll('#en .chart')[{number}].getBoundingClientRect())"
            )
            shades = np.sort(
                luminance(
                    imread(io.BytesIO(tab.screenshot(clip=box, captureBeyondViewport=True)), format="png")[
                        ..., :3
                    ]
                ).ravel()
            )
            ground = float(np.median(shades))
            assert ground < 0.05 if dark else ground > 0.9
            strongest = shades[-50] if dark else shades[50]
            assert contrast(float(strongest), ground) > 7, "titles are written in it"
        ink, paper = (
            [
                int(part) / 255
                for part in tab.run(f"getComputedStyle(document.body).{name}.match(/\\d+/g)")[:3]
            ]
            for name in ("color", "backgroundColor")
        )
        assert contrast(float(luminance(np.array(ink))), float(luminance(np.array(paper)))) > 10


def test_on_paper_all_is_unfolded_and_the_controls_are_gone(browser: Chromium, page: str) -> None:
    with browser.page(page + "#zh") as tab:
        folded = "document.querySelectorAll('details:not([open])').length"
        before = tab.run(folded)
        tab.run(f"addEventListener('beforeprint', () => {{ window.onPaper = {folded} }})")
        assert tab.pdf().startswith(b"%PDF")
        assert (tab.run("window.onPaper"), tab.run(folded)) == (0, before)
        tab.ask("Emulation.setEmulatedMedia", media="print")
        for control in (".languages", "#zh .contents"):
            assert tab.run(f"getComputedStyle(document.querySelector('{control}')).display") == "none"
        assert tab.run(SHOWN) == ["zh"]
        tab.resize(690)  # pixels (182 mm): what the margins leave of A4
        tab.run("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert tab.run("document.documentElement.scrollWidth") == 690, "a wider page is printed smaller"
        widths = tab.run(
            "[...document.querySelectorAll('#zh .scroll')].map(box => [box.clientWidth, box.scrollWidth])"
        )
        assert widths == [[690, 690]] * len(widths)
