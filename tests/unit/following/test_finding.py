"""From an address, a page or a robots.txt to boards, from a title to a name: invented pages, no network."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.following import finding, naming
from scraper.sources import FAMILIES

SITE = "https://www.acme.example/careers"


def page(body: str, title: str = "Careers | Acme") -> str:
    return f"<!doctype html><html><head><title>{title}</title></head><body>{body}</body></html>"


# ------------------------------------------------------------------ addresses


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("https://jobs.ashbyhq.com/acme", "https://jobs.ashbyhq.com/acme"),
        ("  http://acme.example/careers ", "http://acme.example/careers"),
        ("jobs.lever.co/acme", "https://jobs.lever.co/acme"),
        ("acme.example", "https://acme.example"),
        ("acme", ""),
        ("", ""),
        ("ftp://acme.example/jobs", ""),
        ("https://", ""),
        ("https://[acme", ""),
        ("https://acme.example/a b", ""),
        ("https://acme.example/\x00", ""),
        ("mailto:jobs@acme.example", ""),
    ],
)
def test_what_is_typed_becomes_an_address_or_nothing(typed: str, url: str) -> None:
    assert finding.as_url(typed) == url


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://jobs.ashbyhq.com/cohere", "ashby:cohere"),
        ("https://jobs.ashbyhq.com/Rose%20Rocket/0b1c", "ashby:Rose Rocket"),
        ("https://job-boards.greenhouse.io/acme/jobs/4001", "greenhouse:acme"),
        ("https://jobs.eu.lever.co/acme", "lever:eu:acme"),
        (
            "https://acme.wd5.myworkdayjobs.com/en-US/Careers/job/Berlin/PM_R1",
            "workday:acme.wd5/Careers",
        ),
        ("https://acme.jobs.feishu.cn/index/position/7/detail", "feishu:acme.jobs.feishu.cn/index"),
        ("https://www.acme.example/careers", None),
        ("", None),
    ],
)
def test_the_address_of_a_board_or_posting_names_it(url: str, name: str | None) -> None:
    found = finding.in_address(url)
    assert (found and found.name) == name


# ------------------------------------------------------------------ pages


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ('<a href="https://jobs.ashbyhq.com/acme">Open roles</a>', ["ashby:acme"]),
        ('<a href="//jobs.lever.co/acme/">Open roles</a>', ["lever:acme"]),
        ('<iframe src="https://jobs.ashbyhq.com/acme/embed?version=2"></iframe>', ["ashby:acme"]),
        (
            '<div id="grnhse_app"></div>'
            '<script src="https://boards.greenhouse.io/embed/job_board/js?for=acme"></script>',
            ["greenhouse:acme"],
        ),
        (
            '<iframe src="https://boards.greenhouse.io/embed/job_board?for=acme&amp;b=https://acme.example">',
            ["greenhouse:acme"],
        ),
        (
            '<script>var u="https:\\/\\/api.lever.co\\/v0\\/postings\\/acme?mode=json"</script>',
            ["lever:acme"],
        ),
        ('<script>{"u":"https:\\u002F\\u002Fapply.workable.com\\u002Facme"}</script>', ["workable:acme"]),
        (
            '<script>fetch("https://acme.wd5.myworkdayjobs.com/wday/cxs/acme/External/jobs")</script>',
            ["workday:acme.wd5/External"],
        ),
        (
            '<script>{"props":{"urlToken":"acmeinc","source":"greenhouse"}}</script>',
            ["greenhouse:acmeinc"],
        ),
        ("<script>/* greenhouse */ window.config = {boardToken: 'acme-1'};</script>", ["greenhouse:acme-1"]),
        ('<script>{"boardToken":"acme"}</script>', []),  # of whom?
        (
            '<script src="https://static.smartrecruiters.com/job-widget/1.6/script/smart_widget.js"></script>'
            '<script>widget({"company_code": "AcmeGroup", "bg_color_widget": "#fff"});</script>',
            ["smartrecruiters:AcmeGroup"],
        ),
        (
            '<script>"https://api.smartrecruiters.com/job-api/public/search/widgets/ACME/postings"</script>',
            ["smartrecruiters:ACME"],
        ),
        (
            '<script>window._EF_GROUP_ID = "acme.com";</script>',
            ["eightfold:www.acme.example/acme.com"],
        ),
        (
            '<script>var CX_CONFIG = {app: {apiBaseUrl: "https://ekaa.fa.us2.oraclecloud.com:443", '
            "siteNumber: 'CX_1001'}}</script>",
            ["oracle_rc:ekaa.fa.us2.oraclecloud.com/CX_1001"],
        ),
        (
            '<script id="js-websiteInfo">{"website_info":{"path":"index"}}</script>',
            ["feishu:www.acme.example/careers"],
        ),
        ("<p>We have no openings. Write to jobs@acme.example.</p>", []),
        ('<a href="https://jobs.ashbyhq.com/">Powered by Ashby</a>', []),
        ('<script src="https://jobs.ashbyhq.com/static/app.js"></script>', []),
        ('<a href="https://weworkremotely.com/company/acme">As seen there</a>', []),  # not one employer's
        ('<a href="https://www.acme.example/about">us</a><a href="/jobs">jobs</a>', []),
    ],
)
def test_a_page_leads_to_the_board_that_it_embeds(body: str, names: list[str]) -> None:
    assert [found.name for found in finding.in_page(SITE, page(body))] == names


def link(*addresses: str) -> str:
    return "".join(f'<a href="https://{address}">x</a>' for address in addresses)


@pytest.mark.parametrize(
    ("body", "names"),
    [
        # One posting of another employer beside many of one's own.
        (link("jobs.lever.co/acme/1", "jobs.lever.co/acme/2", "jobs.ashbyhq.com/bolt"), ["lever:acme"]),
        # What is loaded says more than what is linked.
        (
            '<iframe src="https://jobs.ashbyhq.com/acme/embed"></iframe>'
            + link("jobs.lever.co/bolt/1", "jobs.lever.co/bolt/2", "jobs.lever.co/bolt/3"),
            ["ashby:acme"],
        ),
        # A list of employers: none stands out.
        (link("jobs.lever.co/acme", "jobs.ashbyhq.com/bolt"), ["lever:acme", "ashby:bolt"]),
        # The same board in two spellings, and by its list and its postings.
        (link("jobs.lever.co/Acme", "jobs.lever.co/acme/1", "api.lever.co/v0/postings/acme"), ["lever:Acme"]),
        # The same address many times is one address.
        (link(*["jobs.lever.co/acme"] * 5, "jobs.ashbyhq.com/bolt"), ["lever:acme", "ashby:bolt"]),
    ],
)
def test_of_several_boards_one_must_stand_out(body: str, names: list[str]) -> None:
    assert [found.name for found in finding.in_page(SITE, page(body))] == names


@given(st.text(max_size=300))
def test_any_text_can_be_searched(text: str) -> None:
    assert all(one.family in FAMILIES and one.key for one in finding.in_page(SITE, text))
    assert naming.in_title(naming.title_of(text), text) == "", "without a title"
    assert naming.in_key(text or "x")


@pytest.mark.parametrize(
    "unit", ["//a", "<script ", "https://", "urlToken:", "<title>", "\\u002f", "- ", "加入"]
)
def test_no_page_takes_long(unit: str) -> None:
    """A million characters of what the patterns begin with: in quadratic time this test would hang."""
    text = unit * (1_000_000 // len(unit))
    finding.in_page(SITE, "greenhouse smartrecruiters" + text)
    naming.in_title(naming.title_of(text), "acme")


# ------------------------------------------------------------------ sitemaps


@pytest.mark.parametrize(
    ("robots", "known"),
    [
        ("", ["https://www.acme.example/sitemap.xml"]),
        ("User-agent: *\nDisallow: /x\n", ["https://www.acme.example/sitemap.xml"]),
        (
            "Sitemap: https://www.acme.example/pages.xml\nsitemap:https://www.acme.example/careers-map.xml\n",
            ["https://www.acme.example/careers-map.xml", "https://www.acme.example/pages.xml"],
        ),
        ("Sitemap: /jobs.xml", ["https://www.acme.example/jobs.xml"]),
        ("Sitemap: mailto:x\n# Sitemap: no", ["https://www.acme.example/sitemap.xml"]),
        ("Sitemap: /a.xml\r\nSitemap: /a.xml\r\n", ["https://www.acme.example/a.xml"]),
    ],
)
def test_robots_txt_names_the_sitemaps(robots: str, known: list[str]) -> None:
    assert list(finding.sitemaps(SITE, robots)) == known


def test_a_sitemap_is_known_by_its_root() -> None:
    assert finding.is_sitemap('<?xml version="1.0"?>\n<urlset xmlns="x">')
    assert finding.is_sitemap("<sitemapindex>")
    assert not finding.is_sitemap(page("<p>no</p>"))


# ------------------------------------------------------------------ names


@pytest.mark.parametrize(
    ("title", "known", "name"),
    [
        ("Cohere Jobs", "cohere", "Cohere"),
        ("Jobs at Acme", "a1b2", "Acme"),
        ("Careers at Acme: help us build", "a1b2", "Acme"),
        ("Careers | Acme", "a1b2", "Acme"),
        ("Acme Health - Job Board", "a1b2", "Acme Health"),
        ("Acme Robotics Careers and Jobs | SmartRecruiters", "acmerobotics", "Acme Robotics"),
        ("Current openings at Larkspur", "a1b2", "Larkspur"),
        ("Acme's job openings", "a1b2", "Acme"),
        ("Join Acme", "a1b2", "Acme"),
        ("Acme - AI for everyone", "acme www.acme.example", "Acme"),
        ("Acme - AI for everyone", "a1b2", ""),
        ("加入云雀科技", "a1b2", "云雀科技"),
        ("云雀科技招聘官网", "a1b2", "云雀科技"),
        ("首页 - 云雀", "a1b2", "云雀"),
        ("招聘", "a1b2", ""),
        ("【云雀招聘_最新招聘信息】-云上官方招聘网站", "a1b2", ""),  # of a job board
        ("Careers", "acme", ""),
        ("Join our team", "acme", ""),
        ("We're hiring!", "acme", ""),
        ("Redirecting...", "acme", ""),
        ("Build the future of work with the best people there are and then some more of them", "work", ""),
        ("", "acme", ""),
    ],
)
def test_a_title_names_an_employer_or_it_is_not_believed(title: str, known: str, name: str) -> None:
    assert naming.in_title(title, known) == name


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("cohere", "Cohere"),
        ("acme-kitchens", "Acme Kitchens"),
        ("kraken.com", "Kraken"),
        ("eu:acme", "Acme"),
        ("BoschGroup", "BoschGroup"),
        ("Rose Rocket", "Rose Rocket"),
        ("nvidia.wd5/NVIDIAExternalCareerSite", "Nvidia"),
        ("careers.acme.example/sitemap.xml", "Acme"),
        ("acme.jobs.feishu.cn/index", "Acme"),
    ],
)
def test_a_key_gives_a_name_when_nothing_else_does(key: str, name: str) -> None:
    assert naming.in_key(key) == name


def test_the_title_of_a_page_is_plain_text() -> None:
    assert naming.title_of("<TITLE data-x='1'>\n Jobs &amp; more\n at Acme </TITLE>") == "Jobs & more at Acme"
    assert naming.title_of("<title>never closed") == ""
    assert naming.title_of(page("", "")) == ""
