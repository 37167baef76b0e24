"""Which postings of one employer are one opening: cases, properties, the choice among known ones."""

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.normalizing.vacancies import signature_of
from storage.recording import vacancies
from storage.recording.vacancies import BINS, Employer, Opening, Signature, same_vacancy

SEARCH = """岗位职责：
1、负责站内搜索的意图理解与排序策略，梳理查询日志，定位召回不足的场景并推动改进；
2、设计问答式搜索的交互，与算法同学一起定义评测标准，跟踪满意度与点击率；
3、规划知识库接入流程，协调运营补齐冷门内容，按季度复盘效果。
任职要求：
1、本科及以上学历，3年以上搜索或推荐产品经验；
2、能读懂SQL，会自己拉数验证假设，对数据敏感；
3、表达清楚，能把模糊的问题拆成可以落地的需求。"""
VOICE = """工作内容：
1、负责车载语音助手的多轮对话设计，覆盖导航、媒体和车控三类指令；
2、收集真实路况下的失败录音，归类后给出优先级，和声学团队约定目标；
3、制定方言支持的路线图，组织众测并输出体验报告。
我们希望你：
1、有智能硬件或座舱产品背景，了解唤醒、识别、合成的链路；
2、愿意经常出差跟车测试，抗压能力好；
3、有过从零到一交付量产项目的经历。"""
INTRO = """我们是一家服务制造企业的软件公司，总部设在苏州，产品覆盖排产、质检与能耗管理，客户遍布长三角。
公司提供六险一金、年度体检、弹性上下班和每周三的羽毛球活动，团队平均年龄二十九岁，沟通直接，没有内耗。
"""
PLATFORM = (
    "You will own the roadmap of our annotation platform: interview labelling teams, write specifications, "
    "decide what ships each fortnight and measure whether throughput and agreement really improve. You have "
    "shipped workflow software before, are at ease with SQL and enjoy long afternoons with sceptical users. "
    "You will present results to the leadership every month and defend hard trade-offs with numbers."
)
BILLING = (
    "As the owner of invoicing you design usage-based plans, dunning and tax handling for thirty countries. "
    "Work with finance to close the books faster, retire the old ledger and keep auditors calm. Experience "
    "with payment providers, revenue recognition or enterprise resource planning is what we look for first."
)
ABOUT = (
    "Northwind builds tools for people who teach machines to see. We are sixty people in four time zones, "
    "backed by patient investors, and we publish what we learn. We offer equity, thirty days of holiday, a "
    "budget for books, and parental leave that people really take. All backgrounds are welcome here. "
)


class Posting(NamedTuple):
    title: str
    text: str = SEARCH
    board: str = "boss:any"
    requisition: str = ""
    places: tuple[str, ...] = ()

    def opening(self, vacancy: str = "") -> Opening:
        signature = signature_of(self.title, self.text, self.places, self.requisition)
        return Opening(self.board, signature, vacancy)


def same(one: Posting, other: Posting) -> bool:
    found = same_vacancy(one.opening(), other.opening())
    assert found == same_vacancy(other.opening(), one.opening())
    return found


PM = "AI搜索产品经理"
WORKDAY, SECOND_SITE = "workday:acme/careers", "workday:acme/internal"

ONE = {
    "again": (Posting(PM), Posting(PM)),
    "another city in the title": (Posting(PM + "（北京）"), Posting(PM + "-上海")),
    "a code and marks in the title": (Posting("【急聘】" + PM), Posting(PM + "（J72652）")),
    "words in another order": (Posting("产品经理（大模型）"), Posting("大模型产品经理")),
    "case and width": (Posting("ＡＩ搜索产品经理"), Posting("ai搜索产品经理")),
    "traditional characters": (Posting(PM), Posting("AI搜索產品經理", SEARCH.replace("负责", "負責"))),
    "no punctuation": (Posting(PM), Posting(PM, SEARCH.translate(str.maketrans("", "", "，、；。：")))),
    "other figures": (Posting(PM), Posting(PM, SEARCH.replace("1、", "（1）") + "\n薪资：30-50K·16薪")),
    "a line about the place": (Posting(PM), Posting(PM, "工作地点：上海市徐汇区某路18号\n" + SEARCH)),
    "cut off": (Posting(PM), Posting(PM, SEARCH[:120] + " 登录查看完整内容")),
    "an intro before it": (Posting(PM), Posting(PM, INTRO + SEARCH)),
    "a headline worded anew": (Posting("AI产品经理（智能搜索，双休）"), Posting("搜索策略产品专家")),
    "高级 as decoration": (Posting("高级" + PM), Posting(PM)),
    "sr and senior": (
        Posting("Sr. Product Manager, Data", PLATFORM), Posting("Senior Product Manager - Data", PLATFORM)
    ),
    "one number on two sites": (
        Posting("Product Manager", PLATFORM, WORKDAY, "R100464"),
        Posting("Product Manager II", BILLING, SECOND_SITE, " r100464 "),
    ),
    "one number, no text": (Posting("PM", "", WORKDAY, "R1"), Posting("PM (Berlin)", "", WORKDAY, "R1")),
    "one opening in two cities under two numbers": (
        Posting("Product Manager", PLATFORM, WORKDAY, "R1", ("Berlin",)),
        Posting("Product Manager - Paris", PLATFORM, WORKDAY, "R2", ("Paris",)),
    ),
    "numbers of two boards do not contradict": (
        Posting("Product Manager", PLATFORM, "greenhouse:acme", "4001"),
        Posting("Product Manager", PLATFORM, WORKDAY, "R2"),
    ),
    "a copy without the number": (
        Posting("Product Manager", PLATFORM, "greenhouse:acme", "4001"),
        Posting("Product Manager", PLATFORM, "remoteok:all"),
    ),
}  # fmt: skip

TWO = {
    "the title alone": (Posting(PM), Posting(PM, VOICE)),
    "the title, no texts": (Posting(PM, ""), Posting(PM, "")),
    "the title, texts that say nothing": (Posting(PM, "详情面议"), Posting(PM, "详情面议")),
    "one boilerplate, two roles": (Posting("AI产品岗", INTRO + SEARCH), Posting("AI产品岗", INTRO + VOICE)),
    "one boilerplate, two titles": (Posting(PM, INTRO + SEARCH), Posting("车载语音产品经理", INTRO + VOICE)),
    "one boilerplate (en)": (
        Posting("Product Manager", ABOUT + PLATFORM), Posting("Product Manager", ABOUT + BILLING)
    ),
    "an intern": (Posting(PM), Posting(PM + "实习生")),
    "an assistant": (Posting(PM), Posting(PM + "助理")),
    "a head": (Posting("AI产品总监"), Posting("AI产品经理")),
    "高级 and 资深": (Posting("高级" + PM), Posting("资深" + PM)),
    "资深 with other years": (Posting(PM), Posting("资深" + PM, SEARCH.replace("3年", "5年"))),
    "资深 with other years in words": (
        Posting(PM, SEARCH.replace("3年", "三年")), Posting("资深" + PM, SEARCH.replace("3年", "五年"))
    ),
    "grades": (Posting("产品经理P6"), Posting("产品经理P7")),
    "Senior": (Posting("Product Manager", PLATFORM), Posting("Senior Product Manager", PLATFORM)),
    "Staff and Senior": (Posting("Staff Product Owner", PLATFORM), Posting("Senior Product Owner", PLATFORM)),
    "II and III": (Posting("Product Manager II", PLATFORM), Posting("Product Manager III", PLATFORM)),
    "another field, one text (en)": (
        Posting("Product Manager, Growth", PLATFORM), Posting("Product Manager, Checkout", PLATFORM)
    ),
    "two numbers on one board, one city": (
        Posting("Product Manager", PLATFORM, WORKDAY, "R1", ("Berlin",)),
        Posting("Product Manager", PLATFORM, WORKDAY, "R2", ("Berlin",)),
    ),
    "two numbers, a city in common": (
        Posting(PM, SEARCH, "baidu:x", "J1", ("北京", "上海")),
        Posting(PM, SEARCH, "baidu:x", "J2", ("北京",)),
    ),
    "two numbers, no city known": (
        Posting("Product Manager", PLATFORM, WORKDAY, "R1"),
        Posting("Product Manager", PLATFORM, WORKDAY, "R2"),
    ),
    "two numbers, two cities, two titles": (
        Posting("AI产品经理（搜索）", SEARCH, "baidu:x", "J1", ("北京",)),
        Posting("AI产品经理（问答）", SEARCH, "baidu:x", "J2", ("上海",)),
    ),
    "one number in two families": (
        Posting("Product Manager", PLATFORM, "greenhouse:acme", "4001"),
        Posting("Product Manager", BILLING, WORKDAY, "4001"),
    ),
    "numbers that are none": (
        Posting("Product Manager", PLATFORM, WORKDAY, "n/a"),
        Posting("Product Manager", BILLING, WORKDAY, "N/A"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ONE)
def test_one_opening(case: str) -> None:
    assert same(*ONE[case])


@pytest.mark.parametrize("case", TWO)
def test_two_openings(case: str) -> None:
    assert not same(*TWO[case])


# ------------------------------------------------------------------ signatures

TEXTS = st.one_of(
    st.sampled_from([SEARCH, VOICE, INTRO + VOICE, PLATFORM, ABOUT + BILLING, ""]),
    st.text(max_size=300),
    st.text(alphabet=st.sampled_from("产品经理负责规划设计数据智能 \nab"), max_size=300),
)
TITLES = st.one_of(
    st.sampled_from([PM, "高级" + PM, "Product Manager", "Senior Product Manager", "产品总监"]),
    st.text(max_size=40),
)
POSTINGS = st.builds(
    Posting,
    title=TITLES,
    text=TEXTS,
    board=st.sampled_from(["a:1", "a:2", "b:1"]),
    requisition=st.sampled_from(["", "", "R1", "R2"]),
    places=st.lists(st.sampled_from(["北京", "上海", "Berlin"]), unique=True, max_size=3).map(tuple),
)


@given(POSTINGS, POSTINGS)
def test_the_comparison_has_no_direction(one: Posting, other: Posting) -> None:
    assert same_vacancy(one.opening(), other.opening()) == same_vacancy(other.opening(), one.opening())


@given(POSTINGS)
def test_a_posting_that_says_something_is_its_own_vacancy(posting: Posting) -> None:
    again = same_vacancy(posting.opening(), posting._replace(requisition="").opening())
    assert again == (Signature.unpack(posting.opening().signature).size >= 25)


@given(POSTINGS)
def test_signatures_fit_the_column_and_come_back(posting: Posting) -> None:
    stored = posting.opening().signature
    assert len(stored) <= 300
    assert Signature.unpack(stored).pack() == stored


@given(TITLES, TEXTS, st.permutations(["北京", "上海", "Berlin", "Paris"]))
def test_the_order_of_places_does_not_count(title: str, text: str, places: list[str]) -> None:
    assert signature_of(title, text, places) == signature_of(title, text, sorted(places))


@given(TEXTS)
def test_what_no_reader_sees_does_not_count(text: str) -> None:
    spaced = text.replace(" ", "  ").replace("。", "。 ") + "\n\n"
    assert signature_of(PM, spaced) == signature_of(PM, text)


@given(st.binary(max_size=400), st.binary(max_size=400))
def test_bytes_of_another_version_match_nothing_by_text(one: bytes, other: bytes) -> None:
    older = b"\x00" + Posting(PM).opening().signature[1:]
    assert not same_vacancy(Opening("boss:any", older), Posting(PM).opening())
    same_vacancy(Opening("a:1", one), Opening("a:1", other))  # whatever is stored, no error


def test_the_estimate_is_close_to_the_similarity_of_the_texts() -> None:
    words = [f"word{n}" for n in range(3000)]
    letters = [word.translate(str.maketrans("0123456789", "abcdefghij")) for word in words]
    one = signature_of("x", " ".join(letters[:2000]))
    for shared in (0, 500, 1000, 1500, 1900):
        other = signature_of("x", " ".join(letters[2000 - shared : 4000 - shared]))
        a, b = Signature.unpack(one), Signature.unpack(other)
        agreeing = sum(x == y for x, y in zip(a.bins, b.bins, strict=True)) / BINS
        together = 4000 - shared if shared >= 1000 else 3000
        assert agreeing == pytest.approx(max(shared - 2, 0) / (together - 4), abs=0.08), shared


# ------------------------------------------------------------------ the choice


def group(postings: list[Posting]) -> list[str]:
    """Assign vacancies in this order, as the store does: that of the best match, or a new one."""
    employer, vacancies = Employer(), []
    for number, posting in enumerate(postings):
        vacancy = employer.vacancy_of(posting.opening()) or f"v{number}"
        employer.add(posting.opening(vacancy))
        vacancies.append(vacancy)
    return vacancies


def clusters(postings: list[Posting]) -> set[frozenset[Posting]]:
    names = group(postings)
    return {frozenset(p for p, n in zip(postings, names, strict=True) if n == name) for name in names}


APART = [
    Posting(PM, places=("北京",)),
    Posting(PM + "（上海）", places=("上海",)),
    Posting(PM + "实习生"),
    Posting("车载语音产品经理", INTRO + VOICE),
    Posting("Product Manager", PLATFORM, "greenhouse:acme", "4001", ("Berlin",)),
    Posting("Product Manager (Paris)", PLATFORM, "greenhouse:acme", "4002", ("Paris",)),
    Posting("Product Manager", BILLING, "greenhouse:acme", "4003", ("Berlin",)),
]
VACANCIES = {frozenset(APART[a:b]) for a, b in ((0, 2), (2, 3), (3, 4), (4, 6), (6, 7))}


@given(st.permutations(APART))
def test_the_order_of_arrival_does_not_change_the_groups(postings: list[Posting]) -> None:
    assert clusters(postings) == VACANCIES


def best_of_all(known: list[Opening], new: Opening) -> str | None:
    """The choice as the rule words it, every known posting compared."""
    mine = Signature.unpack(new.signature)
    ranked: list[tuple[tuple[bool, float, bool], str]] = []
    for opening in known:
        other = Signature.unpack(opening.signature)
        if same_vacancy(new, opening):
            numbered = (
                any(mine.requisition)
                and mine.requisition == other.requisition
                and opening.family == new.family
            )
            filled = sum(a != 0 or b != 0 for a, b in zip(mine.bins, other.bins, strict=True))
            agreeing = sum(a == b != 0 for a, b in zip(mine.bins, other.bins, strict=True))
            likeness = agreeing / filled if filled else 0.0
            ranked.append(((numbered, likeness, bool({*mine.places} & {*other.places})), opening.vacancy))
    return max(ranked, key=lambda one: one[0])[1] if ranked else None  # the first of equals


OLDER = b"\x00" + Posting(PM, requisition="R1").opening().signature[1:]


@given(st.lists(POSTINGS, max_size=8), POSTINGS, st.booleans(), st.sampled_from([0, 3, 32]))
def test_the_shortlist_leaves_out_nothing_that_could_be_chosen(
    postings: list[Posting], new: Posting, an_older: bool, few: int
) -> None:
    """Whether texts are compared one by one, by columns, or from some on by columns."""
    known = [posting.opening(f"v{n}") for n, posting in enumerate(postings)]
    known += [Opening("boss:any", OLDER, "older")] * an_older
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vacancies, "_FEW", few)
        at_once, one_by_one = Employer(known), Employer()
        for place, opening in enumerate(known):
            assert one_by_one.vacancy_of(opening) == best_of_all(known[:place], opening)
            one_by_one.add(opening)
        assert at_once.vacancy_of(new.opening()) == best_of_all(known, new.opening())
        assert one_by_one.vacancy_of(new.opening()) == best_of_all(known, new.opening())


@given(st.lists(st.sampled_from(APART[:3]), max_size=12), st.sampled_from(APART[:3]))
def test_of_equal_postings_on_a_board_the_first_is_chosen(postings: list[Posting], new: Posting) -> None:
    """Whatever vacancies the others got; one on another board is not taken for its equal."""
    known = [posting.opening(f"v{n}") for n, posting in enumerate(postings)]
    known += [one._replace(board="remotive:all", vacancy=f"copy of {one.vacancy}") for one in known]
    assert Employer(known).vacancy_of(new.opening()) == best_of_all(known, new.opening())


def test_a_new_posting_never_moves_known_ones() -> None:
    bridge = Posting(PM, SEARCH[: len(SEARCH) // 2] + VOICE)
    before = group([Posting(PM), Posting(PM, VOICE)])
    assert group([Posting(PM), Posting(PM, VOICE), bridge])[:2] == before


def test_the_number_goes_before_the_text() -> None:
    by_text = Posting("Product Manager", PLATFORM, WORKDAY, "", ("Berlin",))
    by_number = Posting("Product Manager, Billing", BILLING, SECOND_SITE, "R9", ("Berlin",))
    new = Posting("Product Manager", PLATFORM, WORKDAY, "R9", ("Berlin",))
    assert group([by_text, by_number, new]) == ["v0", "v1", "v1"]


def test_among_equal_texts_the_same_place_goes_first_then_the_first_known() -> None:
    berlin = Posting("Product Manager", PLATFORM, WORKDAY, "R1", ("Berlin", "Rome"))
    berlin_too = Posting("Product Manager", PLATFORM, WORKDAY, "R2", ("Berlin",))
    copy = Posting("Product Manager", PLATFORM, "remotive:all", "", ("Rome",))
    assert group([berlin_too, berlin, copy]) == ["v0", "v1", "v1"]
    assert group([berlin_too, berlin, copy._replace(places=("Oslo",))]) == ["v0", "v1", "v0"]


def test_nothing_is_known_of_a_new_employer() -> None:
    assert Employer().vacancy_of(Posting(PM).opening()) is None
