"""Personal data leaves a text before it is stored: e-mails, phones, messenger ids, recruiters' names."""

import re

_EMAIL = (
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}\s?(?:@|＠|\[at\]|\(at\))\s?"
    r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+"
)
_CN_MOBILE = r"(?<![\w/=.-])(?:\+?86[-\s]?)?1[3-9]\d(?:[-\s]?\d{4}){2}(?![\d-]*\d)"
_CN_LANDLINE = (
    r"(?<![\w/=.])(?:\(0\d{2,3}\)|（0\d{2,3}）|0\d{2,3}-)\s?\d{7,8}(?:-\d{1,6})?(?!\d)"
    r"|(?<![\w/=.-])[48]00-\d{3,4}-?\d{3,4}(?!\d)"
)
_NORTH_AMERICAN = r"(?<![\w/=.$€£¥,-])(?:\+?1[-.\s])?(?:\(\d{3}\)\s?|\d{3}[-.])\d{3}[-.]\d{4}(?!\d)"
_INTERNATIONAL = r"(?<![\w/=])\+[1-9]\d{0,2}[-.\s(]*\d(?:[-.\s()]*\d){6,12}(?!\d)"
_PHONE = "|".join((_CN_MOBILE, _CN_LANDLINE, _NORTH_AMERICAN, _INTERNATIONAL))
_ID = r"(?=[-\w]*[\d_-])[a-zA-Z0-9][-_a-zA-Z0-9]{4,19}"
_MESSENGER = (
    rf"(?:加|联系|添加)?\s?(?:微信|威信|薇信|WeChat|Weixin|V信|VX|WX)\s?(?:号|ID|账号|帐号)?\s?[:：]\s?{_ID}"
    rf"|(?:微信号|WeChat ID|加微信|加V|加VX)\s?[:：]?\s?{_ID}|[(（]?(?:微信|电话|手机)同号[)）]?"
    r"|QQ\s?(?:号码?|群|交流群)?\s?[:：]\s?[1-9]\d{4,10}(?![\d万亿+])|QQ(?:号码?|群)\s?[1-9]\d{4,10}(?![\d万亿+])"
    r"|(?:Telegram|WhatsApp|Skype|LINE ID|TG)\s?[:：]\s?[@+]?[\w.-]{5,32}"
)
# The label goes with what it announces; a label alone stays.
_LABEL = (
    r"(?:(?:简历)?(?:请)?(?:投递|发送|投)?(?:至|到)?\s?(?:邮箱|邮件|电邮)|联系电话|联系方式|手机号?码?|电话|座机|热线|"
    r"e-?mail|mail|phone|tel(?:ephone)?|mobile|cell)\s?[:：.]?\s?"
)
_CONTACT = re.compile(
    rf"(?:{_LABEL})?(?:{_EMAIL}|(?:{_PHONE})(?:\s?(?:转|ext\.?)\s?\d{{1,6}})?)|{_MESSENGER}",
    re.IGNORECASE,
)
_HAN_NAME = r"[\u4e00-\u9fff]{1,4}(?:先生|女士|小姐|老师|经理|总|HR|hr)?"
_LATIN_NAME = r"[A-Z][\w'’.-]+(?: [A-Z][\w'’.-]+){0,3}"
_PERSON = re.compile(
    r"(?:联系人|联络人|招聘负责人|招聘联系人|招聘者|招聘顾问|发布人|职位发布者|猎头顾问|HR)\s?[:：]\s?"
    rf"(?:{_HAN_NAME}|{_LATIN_NAME})(?=[\s,，;；。.()（）/|]|$)"
    r"|(?i:(?:your |the )?(?:recruiter|recruiting contact|talent partner|contact person|hiring contact)"
    rf"(?: is|[:：]))\s?{_LATIN_NAME}"
    rf"|(?i:posted by|contact)[:：]\s?{_LATIN_NAME}"
    r"|^\s*[\u4e00-\u9fff]{1,3}(?:先生|女士|小姐)\s?[·|/-]?\s?(?:HR|hr|HRBP|hrbp|人事|招聘|猎头)[^\n。]{0,20}$",
    re.MULTILINE,
)
# Only lines with one of these can hold a contact: the patterns above are slow on ordinary prose.
_WORTH_A_LOOK = re.compile(
    r"[@＠]|[\[(]at[\])]|\d[\d\s().-]{5}|微信|威信|薇信|加v|v信|同号|联系|联络|招聘|发布|猎头|先生|女士|小姐|"
    r"(?<![a-z])(?:hr|tg|vx|wx|qq|wechat|weixin|telegram|whatsapp|skype|line id|recruit|talent p|contact|"
    r"hiring c|posted by)",
    re.IGNORECASE,
)
_LEFTOVER = re.compile(r"^[\W_]*(?:或|and|or|/)?[\W_]*$")


def drop_contacts(text: str) -> str:
    """Return the text without e-mail addresses, phone numbers, messenger ids and named recruiters.

    A label before what is dropped goes with it; a line of which only signs are left goes too. Numbers of
    other kinds (years, pay, users, requisitions, dates) stay. Text without contacts comes back unchanged.
    """
    lines = []
    for line in text.split("\n"):
        kept = _PERSON.sub("", _CONTACT.sub("", line)) if _WORTH_A_LOOK.search(line) else line
        if kept == line:
            lines.append(line)
        elif not _LEFTOVER.match(kept):
            lines.append(re.sub(r"[(（\[【]\s*[)）\]】]", "", re.sub(r" {2,}", " ", kept)).rstrip())
    return "\n".join(lines)
