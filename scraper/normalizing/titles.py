"""The title gate: is this the title of a product manager? And titles without their noise.

The rule, for both languages: a title passes if it *names a product-management role*. A title that names
several roles ("Product Manager / Product Designer", "产品经理/项目经理") passes if one of them is such a
role: what the job really is, its duties decide later (class `not_pm`). A PM word that is only the object
of another profession ("Recruiter, Product Managers") does not pass, nor does one that is part of another
profession's name (product marketing manager, 产品运营经理, "PM - Product Marketing").
"""

import re
from functools import lru_cache

from scraper.normalizing.places import is_place_list
from scraper.parsing.folding import fold, fold_case_kept

GATE_VERSION = 3
"""Grows when titles pass or fail that did not before: it is part of the scope recorded with each run."""

LONGEST_TITLE = 300
"""What is longer is no title: the gate reads its beginning, and it is not cleaned."""

# ------------------------------------------------------------------------------------------- English

_LEVELS = (
    r"(?:(?:senior|sr|snr|staff|principal|principle|lead|group|junior|jr|associate|assistant|global|regional|"
    r"executive|founding|interim|deputy|managing|technical|inbound|digital)\.?[ /,]+)*"
)
_BEFORE = r"^(?:\[[^\]]{0,30}\] ?|(?:hiring|urgent|remote|req)\b[-:#\d ]{0,12})?"
"""What a board or an employer puts before the title itself."""
_CHIEF = r"(?:director|head|chief|vp|svp|evp|avp|vice president)"
# What may follow "head of product": the end, a stop, or a word that goes on about product management.
# "Head of Product Design" is another profession, "product-led" another thing.
_PRODUCT = (
    r"products?(?=$|\s*[,(\[|:/&+;@$£€]|\s+-|-\s|"
    r"\s+(?:and|for|at|in|of|management|strategy|innovation|growth|owner|lead)\b(?! marketing))"
)
_WORDS = r"(?:(?!engineering|marketing|design|sales|content|analytics|operations|people)[\w&/-]+ ){0,3}"

_EN_ROLE = re.compile(
    "|".join(
        (
            r"\bproducts?(?: management| growth| line| portfolio| platform)?[ -]?(?:managers?|mgr)\b(?!')",
            r"\bproduct (?:owner|leader)s?\b",
            r"\bproduct (?:lead|head|vp|director)s?\b(?! (?:engineer|designer|developer|generation|analyst))",
            r"\bproduct ?(?:/|&|and|\+) ?(?:program|project|growth) managers?\b",
            r"\bchief product (?:(?:and|&) \w+ )?officer\b",
            rf"\b{_CHIEF} of {_WORDS}{_PRODUCT}",
            rf"\b(?:[se]?vp|vice president) {_PRODUCT}",
            rf"{_BEFORE}{_LEVELS}(?:{_CHIEF}|manager) ?[,-] ?{_PRODUCT}",
            rf"^{_LEVELS}(?:{_CHIEF}|manager|lead|principal|associate|intern) ?(?:of |[,:-] ?)?{_WORDS}"
            r"product management\b",
            r"^(?:\[[^\]]*\] ?)?product (?:management|leadership)\b"
            r"(?! (?:engineer|designer|recruiter|sourcer|operations))",
            r"\bproduct management (?:director|lead|leader|head|intern|internship|associate|trainee)\b",
            r"\bapm (?:program(?:me)?|intern(?:ship)?|rotation(?:al)?|new grad)\b",
        )
    )
)
# The PM word is the object of another profession that stands before it, or belongs to one behind it.
_EN_OBJECT_OF = re.compile(
    r"\b(?:recruit(?:er|ing)|sourcer|talent (?:partner|acquisition)|(?:assistant|partner|advis[eo]r) to|"
    r"chief of staff|coach|instructor|teacher|trainer|tutor|lecturer)\b[^/|]*$"
)
_EN_PART_OF = re.compile(r" (?:recruiter|sourcer|coach|instructor|trainer)\b")

# Amazon's product managers: PMT, PM-T, PMT-ES, "PM Technical". Capitals only.
_PMT = re.compile(r"\bPM ?- ?T(?:ech(?:nical)?)?\b|\bPMT\b|\bPMT?-ES\b|\bPM,? Technical\b")
# A bare PM is also project, program or property manager, preventive maintenance and the afternoon. TPM is
# a technical program manager, PMM is marketing, PMO an office: none of them matches here.
_BARE_PM = re.compile(r"(?<![A-Za-z0-9_&./])(?:[AGP]?PM|PdM)(?![A-Za-z0-9_&])")
_PM_CONTEXT = re.compile(
    r"(?<![a-z0-9])(?:ai|a\.i\.|ml|llms?|genai|aigc|agents?|agentic|products?)(?![a-z0-9])|machine learning|"
    r"generative|copilot|chatbot|大模型|智能体|人工智能|产品"
)
_NOT_PM_CONTEXT = re.compile(
    r"\b(?:project|program|programme|property|preventi\w+|preventative|maintenance|construction|shift|"
    r"product (?:marketing|operations|design)|performance monitoring|engineers?|developer|technician)\b|"
    r"\d ?pm\b|项目|施工|物业|美术|运营"
)
_CPO = re.compile(r"\bCPO\b")
_NOT_CPO = re.compile(r"\b(?:people|privacy|procurement|purchasing|program|police|commercial)\b")

# ------------------------------------------------------------------------------------------- Chinese

_ZH_ROLE = re.compile(
    r"(?<!农)产品\s?(?:线|管理|规划)?(?:副?总监|总经理|经理|负责人|leader\b|owner\b|lead\b|vp\b|组长)"
    r"|产品副总|首席产品官|产品策划|产品(?:管培生|培训生|规划师)|产品(?:经理|管理)?(?:暑期|日常|校招|转正)?实习|实习产品"
)
_ZH_JUNIOR_OR_EXPERT = re.compile(r"产品\s?(?:线)?(?:高级|资深|首席)?(?:专家|专员|助理|主管)")
# 产品专家 and 产品专员 are also what presales and medical representatives are called.
_ZH_SELLS = re.compile(r"售前|售后|销售|客户成功|医学|医药|器械|药品|理财|质检|检测")
# In the trade's speech 产品 alone is the job ("策略产品", "高级AI产品"): as the last word of a title's part,
# after a word that says which kind, and in a title without another profession.
_ZH_KIND = (
    r"策略|数据|平台|后台|中台|前台|客户端|用户|用户端|增长|商业|商业化|搜索|推荐|广告|电商|交易|支付|风控|安全|内容|社区|社交|创作|"
    r"工具|互动|直播|游戏|多模态|对话|语音|视频|图像|算法|应用|硬件|技术|模型|智能|智能化|智能体|客服|ai|aigc|llm|agent|saas|"
    r"[abc]端|to ?[bc]|高级|资深|初级|海外|国际化|出海|医疗|教育"
)
_ZH_PRODUCT_AS_JOB = re.compile(rf"(?:{_ZH_KIND})\s?产品(?:岗|岗位|方向)?(?:\s?p\d(?:[-~/]?p?\d)?)?$")
_ZH_OTHER_PROFESSION = re.compile(
    r"工程师|经理|总监|专员|顾问|销售|运营|开发|研发|测试|设计|架构|分析师|主播|讲师|教师|老师|招商|市场|推广|文案|策划|主管|店员|"
    r"主任|助教|标注员|训练师|运维|招聘|模特|普工|安装|合伙人|副业|兼职|赚钱|ios|android|前端|后端|java|c\+\+|golang"
)
_BRACKETED = re.compile(r"\([^()]*\)?|\[[^\[\]]*\]?|【[^【】]*】?|《[^《》]*》?")
_PARTS = re.compile(r"[|,，、;；:：/_—-]")


# Every role above is written with one of these; most titles of a whole board have none.
_ABBREVIATIONS = ("pm", "pdm", "cpo")
_NEEDED = ("product", "产品", *_ABBREVIATIONS)
_DIGIT = re.compile(r"\d")


def is_pm_title(title: str) -> bool:
    """Tell whether the title names a product-management role (rule: see the module)."""
    return _is_pm_title(title[:LONGEST_TITLE])


@lru_cache(maxsize=8192)
def _is_pm_title(title: str) -> bool:
    title = " ".join(title.split())
    low = fold(title)
    if not any(word in low for word in _NEEDED):
        return False
    text = _cut(low, _REQUISITION) if _DIGIT.search(low) else low
    if ("product" in text or "apm" in text) and _names_role_en(text):
        return True
    return ("产品" in text and _names_role_zh(text)) or (
        any(word in text for word in _ABBREVIATIONS) and _names_pm_abbreviation(fold_case_kept(title), text)
    )


def _names_role_en(text: str) -> bool:
    return any(
        not _EN_OBJECT_OF.search(text, 0, match.start()) and not _EN_PART_OF.match(text, match.end())
        for match in _EN_ROLE.finditer(text)
    )


def _names_pm_abbreviation(kept: str, text: str) -> bool:
    if _PMT.search(kept) or (_CPO.search(kept) and not _NOT_CPO.search(text)):
        return True
    return bool(_BARE_PM.search(kept) and _PM_CONTEXT.search(text) and not _NOT_PM_CONTEXT.search(text))


def _names_role_zh(text: str) -> bool:
    if _ZH_ROLE.search(text):
        return True
    if _ZH_JUNIOR_OR_EXPERT.search(text):
        return not _ZH_SELLS.search(text)
    parts = _PARTS.split(_BRACKETED.sub("|", text))
    return not _ZH_OTHER_PROFESSION.search(text) and any(
        _ZH_PRODUCT_AS_JOB.search(part.strip()) for part in parts
    )


# --------------------------------------------------------------------------------------------- noise

_CODE = r"(?:[a-z]{1,4}[-_]?)?\d{4,}(?:[-_.]\d+)*[a-z]?"
_REQUISITION = re.compile(
    rf"^\s*(?:{_CODE}|[a-z]{{2,6}}\d{{1,3}})\s*[-_:·|]\s*(?=\S)"
    rf"|\s*[(\[【]\s*(?:job |req(?:uisition)? |职位)?(?:id|编号|code)?[ :#]*{_CODE}\s*[)\]】]"
    rf"|[\s,;·|_-]+(?:#|(?:job|req)? ?(?:id|#)[ :#]*)?(?:[a-z]{{1,4}}[-_]?)?\d{{5,}}(?:\.\d+)?\s*$"
)
_MARK = (
    r"(?:20)?\d{2}届[^)\]】]*|(?:校园?|社会?|春|秋|补)招(?:聘|募)?[^)\]】]*|应届[^)\]】]*|实习|全职|提前批|急聘|急招|诚聘|直招|"
    r"高薪|双休|周末双休|五险一金|六险一金|可?居家办公|可?远程(?:办公)?|(?:可|有)(?:转正|实习)(?:机会)?|"
    r"[mfwdhx]/[mfwdhx](?:/[mfwdhx])?|all genders|(?:100% |fully )?remote|hybrid|on-?site|full[- ]time|"
    r"contract"
)
_MARKS = re.compile(
    rf"\s*[(\[【]\s*(?:{_MARK})\s*[)\]】]"
    r"|^\s*(?:(?:20)?\d{2}届)?(?:校招|社招|春招|秋招|急聘|急招|诚聘|高薪诚聘)[-:：|\s]+"
    r"|[-\s,，|]+(?:急聘|急招|诚聘|双休|五险一金|内推|直招)+[!！]*\s*$"
    r"|^\s*\[\d{4}\]\s*"
)
_TAILS = tuple(
    re.compile(pattern)
    for pattern in (
        r"^(.+?)\s*[(\[【]([^()\[\]【】]*)[)\]】]\s*$",
        r"^(.+?)\s+[-|]\s+([^-|]+(?:-[^-|]+)*)$",
        r"^(.+)\s*[-—|_]\s*([^-—|_]+)$",
        r"^(.+)[,，]\s*([^,，]+)$",
        r"^(.+)\s([\u3400-\u9fff/、]+)$",
    )
)


def clean_title(title: str) -> str:
    """Return the title without requisition codes, campus and urgency marks and city suffixes.

    For grouping the listings of one opening; the rest keeps its case and script. Empty only if the title is.
    """
    text = " ".join(title.split())
    while len(text) <= LONGEST_TITLE:
        shorter = _cut_place_tail(_cut(_cut(text, _REQUISITION), _MARKS))
        if not shorter or shorter == text:
            break
        text = shorter
    return text


def _cut(text: str, pattern: re.Pattern[str]) -> str:
    """Return `text` without what `pattern` finds in its folded form; offsets agree, folding moves nothing."""
    kept, last = [], 0
    for match in pattern.finditer(fold(text)):
        kept.append(text[last : match.start()])
        last = match.end()
    return " ".join("".join([*kept, text[last:]]).split())


def _cut_place_tail(text: str) -> str:
    folded = fold(text)
    for pattern in _TAILS:
        match = pattern.match(folded)
        if match and is_place_list(match[2]):
            return text[: match.end(1)].rstrip(" -—|,")
    return text
