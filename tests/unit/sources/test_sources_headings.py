"""The headings that families put above parts of a text are those by which the tagger tells the parts."""

import pytest

from scraper.sources import apple, oracle_rc, pinpoint
from scraper.sources.parts import jobposting
from scraper.sources.parts.headed import headed
from scraper.understanding.posting import understand

ZONES = {
    "岗位职责": "responsibilities",
    "岗位描述": "responsibilities",
    "岗位要求": "required",
    "加分项": "preferred",
    "岗位亮点": "summary",
    "Basic qualifications": "required",
    "Minimum qualifications": "required",
    "Preferred qualifications": "preferred",
    "Qualifications": "required",
    "Requirements": "required",
    "Skills, Knowledge and Expertise": "required",
    "Skills": "required",
    "Experience": "required",
    "Education": "required",
    "Key responsibilities": "responsibilities",
    "Responsibilities": "responsibilities",
    "Summary": "summary",
    "Description": "summary",
    "Benefits": "benefits",
    "Pay": "benefits",
    "About the company": "company",
}


@pytest.mark.parametrize(("heading", "zone"), ZONES.items(), ids=ZONES)
def test_a_heading_of_ours_opens_its_zone(heading: str, zone: str) -> None:
    before = "What we offer" if zone == "responsibilities" else "Responsibilities"
    text = headed([(before, "<p>Croissants.</p>"), (heading, "<p>Ovens and kitchens.</p>")])
    found = understand("Product Manager", text, format="html", company="Acme")
    assert found.detail.sentences[-1].zone == zone


def test_no_heading_of_the_families_is_missing_here() -> None:
    written = {heading for sections in (oracle_rc._SECTIONS,) for heading, _ in sections}
    written |= set(pinpoint._SECTIONS.values()) | set(apple._SECTIONS.values())
    written |= set(jobposting._SECTIONS.values())
    assert written - {""} <= ZONES.keys()
