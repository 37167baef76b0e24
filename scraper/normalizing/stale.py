"""Texts that are not their postings' own: one text under several employers, one id under two.

A collector that reads the wrong panel of a page attaches one description to dozens of employers. What such a
text asks for says nothing about those who are named beside it: it is taken out, the other fields are kept.
Legitimate copies are left alone: of headhunters, who hide the employer, of agencies and outsourcers that
recruit for one client, of companies of one group, and of two employers (one that hires under two names).
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from scraper.parsing.folding import fold

LONG = 60
"""Letters from which on two equal texts are no chance ("details on request" is shorter)."""
EMPLOYERS = 3
"""Unrelated employers under one text that are too many."""

_AGENCY = re.compile(
    r"人力资源|人才|猎头|劳务|外包|外服|企业管理|管理咨询|外企德科|万宝盛华|科锐|中智|软通动力|isoftstone|中软国际|"
    r"chinasoft|法本|博彦|文思海辉|柯莱特|诚迈|微创软件|润和|佰钧成|"
    r"recruit|staffing|adecco|manpowergroup|randstad|roberthalf|michaelpage|^hays$"
)
_GROUPS = (
    frozenset((
        "alibaba", "alibabacloud", "taotian", "tongyi", "qwen", "antgroup", "cainiao", "eleme", "dingtalk",
        "aidc",
    )),
    frozenset(("jd", "京东物流", "京东健康", "达达")),
    frozenset(("tencent", "腾讯音乐", "阅文", "微众银行")),
    frozenset(("kingsoft", "kingsoftcloud", "xiaomi")),
    frozenset(("bytedance", "tiktok", "懂车帝")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Advert:
    """What is looked at of one listed posting; `text` is plain."""

    native_id: str
    company_key: str
    text: str


def stale_texts(
    adverts: Iterable[Advert], known: Mapping[bytes, Collection[str]] | None = None
) -> frozenset[str]:
    """Return the native ids of a look whose texts are not to be believed.

    These are all that bring a long text which `EMPLOYERS` unrelated employers have, and all of an id that
    the look shows under two unrelated employers. `known` adds the employers (company keys) of earlier looks,
    by `text_key`. Hidden employers and agencies do not count as employers of a text.
    """
    listed = list(adverts)
    of_text: dict[bytes, set[str]] = defaultdict(set)
    of_id: dict[str, set[str]] = defaultdict(set)
    for advert in listed:
        of_id[advert.native_id].add(advert.company_key)
        if key := text_key(advert.text):
            of_text[key].add(advert.company_key)
    for key, companies in (known or {}).items():
        if key in of_text:
            of_text[key].update(companies)
    bad_texts = {
        key for key, names in of_text.items() if _unrelated(filter(_is_employer, names)) >= EMPLOYERS
    }
    bad_ids = {native_id for native_id, companies in of_id.items() if _unrelated(companies) >= 2}
    return frozenset(
        advert.native_id
        for advert in listed
        if advert.native_id in bad_ids or (bad_texts and text_key(advert.text) in bad_texts)
    )


def text_key(text: str) -> bytes | None:
    """Return 8 bytes that equal texts share, blanks and punctuation aside; None for a short one."""
    letters = "".join(char for char in fold(text) if char.isalnum())
    if len(letters) < LONG:
        return None
    return blake2b(letters.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _unrelated(companies: Iterable[str]) -> int:
    """Count names: one without a name not at all, a group and names within names once."""
    kept: list[str] = []
    for name in sorted({*companies} - {""}, key=lambda key: (len(key), key)):
        if not any(_related(name, other) for other in kept):
            kept.append(name)
    return len(kept)


def _is_employer(key: str) -> bool:
    return not key.startswith("anonymous:") and not _AGENCY.search(key)


def _related(name: str, other: str) -> bool:
    inside = other in name and (len(other) > 3 or not other.isascii())
    return inside or any(name in group and other in group for group in _GROUPS)
