"""HTML tables: cells that span columns and rows, headings between rows, headers of two lines."""

import pytest

from scraper.importing.columns import Bad, Record
from scraper.importing.webtables import table_rows

HEAD = "<tr><th>职位名称<th>公司名称<th>城市<th>薪资<th>链接</tr>"


def rows(body: str) -> list[dict[str, object]]:
    found = table_rows(f"<table>{body}</table>")
    assert all(isinstance(row, Record) for row in found)
    return [dict(row.fields) for row in found if isinstance(row, Record)]


def test_a_cell_that_spans_rows_is_said_of_each() -> None:
    first, second, third = rows(
        f"{HEAD}<tr><td>AI产品经理<td rowspan=2>禾序<td>上海<td>面议"
        "<tr><td>AIGC产品经理<td>杭州<td>20-30K<tr><td>产品经理<td>织野<td>北京<td>15K"
    )
    assert (first["company"], second["company"], third["company"]) == ("禾序", "禾序", "织野")
    assert (second["title"], second["location"], second["salary"]) == ("AIGC产品经理", "杭州", "20-30K")
    assert third["location"] == "北京"


def test_a_cell_that_spans_columns_moves_no_other() -> None:
    (row,) = rows(
        f'{HEAD}<tr><td>AI产品经理<td>禾序<td colspan=2>上海<td><a href="https://jobs.example/1">投递</a>'
    )
    assert row["url"] == "https://jobs.example/1" and row["location"] == "上海"


def test_a_wide_cell_alone_is_a_heading() -> None:
    found = rows(
        f"<tr><td colspan=5>2026年6月导出</tr>{HEAD}<tr><td colspan=5>华东<tr><td>AI产品经理<td>禾序<td>上海"
    )
    assert [row["title"] for row in found] == ["AI产品经理"]


def test_the_lower_line_of_a_header_names_the_columns() -> None:
    found = table_rows(
        "<table><tr><th rowspan=2>职位名称<th rowspan=2>公司名称<th colspan=2>工作<tr><th>城市<th>薪资"
        "<tr><td>AI产品经理<td>禾序<td>上海<td>20-30K</table>"
    )
    (row,) = found
    assert isinstance(row, Record) and row.number == 3
    assert (row.fields["location"], row.fields["salary"]) == ("上海", "20-30K")


@pytest.mark.parametrize("span", ["0", "99999", "x", "", "-1", "²", "9" * 5000])
def test_a_span_that_is_none_ends_with_its_table(span: str) -> None:
    first, second = rows(
        f'{HEAD}<tr><td>AI产品经理<td rowspan="{span}">禾序<td>上海<tr><td>产品经理<td>织野<td>北京'
    )
    assert (first["company"], first["location"]) == ("禾序", "上海")
    assert second["company"] == ("禾序" if span in {"0", "99999"} else "织野")


def test_a_head_does_not_reach_into_the_body() -> None:
    (row,) = rows(
        "<thead><tr><th rowspan=5>职位名称<th>公司名称</thead><tbody><tr><td>AI产品经理<td>禾序</tbody>"
    )
    assert (row["title"], row["company"]) == ("AI产品经理", "禾序")


@pytest.mark.parametrize(
    "body", ["<tr>" + "<td colspan=1000>a" * 2000, "<tr><td>a<td rowspan=0 colspan=1000>" + "<tr>" * 2000]
)
def test_a_table_of_endless_cells_lists_no_postings(body: str) -> None:
    found: list[Record | Bad] = table_rows(f"<table>{HEAD}<tr><td>AI产品经理<td>禾序</tr>{body}</table>")
    assert found == []
