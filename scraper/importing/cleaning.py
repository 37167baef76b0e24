"""What boards, editors and exports did to the characters of a posting, undone."""

import re
import unicodedata

_ODD = re.compile("[\u2e80-\u2fd5\uf020-\uf0ff]")
_SYMBOLS = re.compile("[\uf020-\uf0ff]")
# Radicals of the supplement that Unicode gives no compatibility mapping: simplified forms that fonts of PDF
# files yield for the ideograph.
_RADICALS = str.maketrans(
    "⺁⺄⺠⻁⻄⻅⻆⻉⻋⻑⻓⻔⻘⻙⻚⻛⻜⻝⻡⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰",
    "厂乙民虎西见角贝车長长门青韦页风飞食首马骨鬼鱼鸟卤麦黄齐齿龙",
)

_PRIVATE = re.compile("[\ue000-\uf8ff]")
_DRAWN_DIGITS = {0xE031 + digit: str(digit) for digit in range(10)}
_MASKED = re.compile(r"[\s*~\-–—至Kk千万元·薪/年月天日时·•.]*")

_TAIL = 400
_CUT = re.compile(
    r"(?:请)?(?:点击|登录|扫码|注册|下载\s?APP|打开\s?APP|去\s?APP)(?:后|即可|可)?(?:查看|阅读|展开)(?:完整|全部|更多|剩余)?"
    r"(?:的)?(?:内容|职位描述|岗位描述|职位详情|职位信息|描述|信息|详情)?"
    r"|查看(?:完整|全部|更多|剩余)(?:的)?(?:内容|职位描述|岗位描述|职位详情|职位信息|描述|信息|详情)?"
    r"|(?:\.{3,6}|…{1,2})\s{0,3}(?:展开(?:全部|全文|更多)?|(?:show|read|see|view) more)",
    re.IGNORECASE,
)
_FOLDED = re.compile(r"\n[ \t]*(?:展开(?:全部|全文|更多)?|收起|show more|show less)\Z", re.IGNORECASE)
_NOTHING_VISIBLE = re.compile(r"(?:</?[a-zA-Z][^<>]*>|&nbsp;|[\s>》→∨﹀。.…])*")
# Where collectors and spreadsheets stop: jobhive's descriptions, a cell of Excel.
_LIMITS = (10_000, 32_767)

_MARKDOWN_ESCAPE = re.compile(r"\\([-+.*_#&()\[\]~|>!`{}=])")
_HIDDEN_STYLE = re.compile(
    r"\.[\w-]{1,60}\s?\{[^{}<>]{0,300}?(?:visibility|display|overflow|font-size|width|opacity)\s?:[^{}<>]{0,300}\}"
)


def plain_characters(text: str) -> str:
    """Return `text` with radicals as ideographs (⼈⼯ → 人工) and the bullets of symbol fonts as •.

    One for one, so nothing moves.
    """
    if not _ODD.search(text):
        return text
    folded = (unicodedata.normalize("NFKC", char) if _ODD.match(char) else char for char in text)
    return _SYMBOLS.sub("•", "".join(folded).translate(_RADICALS))


def readable_salary(text: str) -> str:
    """Return a salary as its board shows it, "" if that cannot be known.

    One board draws digits in a font of its own, U+E031 to U+E03A for 0 to 9. Any other private-use character
    belongs to a font that is not known: what is drawn there must not be guessed. Where only the frame of a
    salary is left ("-K·薪", "**-**元"), it was hidden from whoever saved it.
    """
    text = text.translate(_DRAWN_DIGITS)
    return "" if _PRIVATE.search(text) or _MASKED.fullmatch(text) else text


def without_cut_marker(text: str) -> tuple[str, bool]:
    """Return `text` without the words at its end that lead to the rest, and whether there is such a rest.

    `text` may be HTML. A text as long as a collector's or a spreadsheet's limit is cut as well. The words
    that merely unfold what is there (a last line 展开全部) go, but tell nothing.
    """
    if len(text) in _LIMITS:
        return text, True
    start = max(0, len(text) - _TAIL)
    for match in _CUT.finditer(text, start):
        if _NOTHING_VISIBLE.fullmatch(text, match.end()):
            tags = text[match.end() :] if "<" in text[match.end() :] else ""
            return text[: match.start()].rstrip() + tags, True
    return _FOLDED.sub("", text), False


def without_markup_debris(text: str) -> str:
    """Return plain text without the backslashes of Markdown ("5\\+ years") and style rules that leaked in."""
    if "\\" in text:
        text = _MARKDOWN_ESCAPE.sub(r"\1", text)
    return _HIDDEN_STYLE.sub("", text) if "{" in text else text
