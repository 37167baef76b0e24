"""Which employer a name means: a key that is the same for all its spellings, in both languages."""

import re
import tomllib
from functools import cache
from importlib.resources import files

from scraper.normalizing.places import is_place_list
from scraper.parsing.folding import fold

_LONGEST = 300
"""Characters of a name that are read; what is behind them tells no two employers apart."""
_LEGAL_ZH = re.compile(r"(?:股份|有限责任|有限|责任)?(?:公司)?(?:\.{2,}|…)?$")
_LEGAL_EN = re.compile(
    r"[\s,]+(?:inc|incorporated|llc|l\.l\.c|ltd|limited|corp|corporation|co|company|plc|gmbh|ag|sa|s\.a|"
    r"sas|bv|b\.v|nv|ab|as|oy|srl|spa|pte|pty|kk|k\.k|pbc|lp|llp)\.?$"
)
_BRACKETED = re.compile(r"\(([^()]*)\)")
_TRADE = re.compile(
    r"(?:网络|信息|智能|计算机|软件|数字|数据|互联网|互动|电子|商务|系统|科技|技术|服务|集团|控股|中国)+$"
)
_ANONYMOUS = re.compile(
    r"某\S{0,20}(?:公司|企业|集团|机构|平台|大厂|银行|单位|上市)|^某|匿名|保密(?:公司|企业)|知名企业$|"
    r"^(?:confidential|stealth|undisclosed|anonymous)(?: (?:company|client|employer|startup))?$"
)


def company_key(name: str) -> str:
    """Return the key under which postings of one employer are counted; "" for an empty name.

    Folded, without legal form, bracketed city, blanks and signs; known aliases are resolved ("腾讯科技
    （深圳）有限公司" and "Tencent" → `tencent`). An anonymous employer ("某知名互联网公司") gets the key
    `anonymous:` + its folded name: never merged with a named one, and told apart by its wording only.
    """
    folded = " ".join(fold(name[:_LONGEST]).split())
    if is_anonymous(name):
        return "anonymous:" + folded
    plain = _without_legal_form(folded)
    aliases = _aliases()
    for candidate in (folded, plain, *_shorter(plain)):
        known = aliases.get(_squeezed(candidate))
        if known:
            return known
    return _squeezed(plain) or folded


def is_anonymous(name: str) -> bool:
    """Tell whether the name hides the employer, as headhunters do ("某大型互联网公司", "Confidential")."""
    return bool(_ANONYMOUS.search(" ".join(fold(name[:_LONGEST]).split())))


def _without_legal_form(folded: str) -> str:
    """Strip bracketed cities and legal forms, as long as something is left."""
    text = _BRACKETED.sub(lambda match: "" if is_place_list(match[1]) else match[0], folded).strip()
    while True:
        shorter = _LEGAL_EN.sub("", text)
        if re.search(r"[\u3400-\u9fff]", text):
            shorter = _LEGAL_ZH.sub("", shorter)
        shorter = shorter.strip(" ,.")
        if not shorter or shorter == text:
            return text
        text = shorter


def _shorter(plain: str) -> list[str]:
    """Return forms that are only good for finding an alias: without the city in front or the trade behind."""
    without_trade = _TRADE.sub("", plain)
    forms = [without_trade]
    for form in (plain, without_trade):
        for length in (2, 3):
            if len(form) > length + 1 and is_place_list(form[:length]):
                forms.append(form[length:].removeprefix("市"))
    return [form for form in forms if len(form) >= 2]


def _squeezed(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


@cache
def _aliases() -> dict[str, str]:
    table = tomllib.loads(files(__package__).joinpath("companies.toml").read_text(encoding="utf-8"))
    return {_squeezed(fold(name)): key for key, names in table["aliases"].items() for name in (key, *names)}
