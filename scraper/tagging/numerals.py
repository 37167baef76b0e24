"""Small numbers as postings write them: digits, Chinese numerals, English words."""

_ZH = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_EN = dict(
    zero=0, one=1, two=2, three=3, four=4, five=5, six=6, seven=7, eight=8, nine=9, ten=10, eleven=11,
    twelve=12, thirteen=13, fourteen=14, fifteen=15, sixteen=16, seventeen=17, eighteen=18, nineteen=19,
    twenty=20,
)  # fmt: skip

ENGLISH_WORDS = tuple(_EN)


def number(text: str) -> float | None:
    """Return the value of a folded number: "3", "1.5", "十五", "半", "five"; None if it is none.

    Chinese numerals go up to 99 (二十, 十五, 三十五).
    """
    if text in _EN:
        return float(_EN[text])
    if text == "半":
        return 0.5
    if "十" in text:
        tens, _, ones = text.partition("十")
        if (tens and tens not in _ZH) or (ones and ones not in _ZH):
            return None
        return float((_ZH[tens] if tens else 1) * 10 + (_ZH[ones] if ones else 0))
    if text in _ZH:
        return float(_ZH[text])
    try:
        return float(text)
    except ValueError:
        return None


def pair(text: str) -> tuple[float, float] | None:
    """Return the ends of a colloquial range of two Chinese numerals: 三五 is (3, 5), 两三 is (2, 3)."""
    if len(text) == 2 and text[0] in _ZH and text[1] in _ZH and _ZH[text[0]] < _ZH[text[1]]:
        return float(_ZH[text[0]]), float(_ZH[text[1]])
    return None
