"""MHTML, the single file in which browsers save a page: a mail whose parts are the page and its files."""

import re
from email import message_from_string
from email.utils import parsedate_to_datetime

from scraper.errors import InputError
from scraper.importing.values import Plain

_HEADER = re.compile(
    r"(?:From|Snapshot-Content-Location|Subject|Date|MIME-Version|Content-Type):", re.IGNORECASE
)


def is_web_archive(start: str) -> bool:
    """Tell whether a text that starts so is MHTML."""
    return bool(_HEADER.match(start)) and "multipart/related" in start[:4000].lower()


def unpacked(name: str, text: str) -> tuple[str, str, Plain | None]:
    """Return the page of an MHTML file, its address and when it was saved.

    Raises InputError if it holds no page.
    """
    try:
        message = message_from_string(text)
        page = next((part for part in message.walk() if part.get_content_type() == "text/html"), None)
        markup = page.get_payload(decode=True) if page is not None else None
    except RecursionError:
        raise InputError(f"{name} is a web archive (MHTML) whose parts are nested too deeply") from None
    if page is None or not isinstance(markup, bytes):
        raise InputError(f"{name} is a web archive (MHTML) without a page in it")
    try:
        saved = parsedate_to_datetime(str(message["Date"]))
    except (ValueError, OverflowError):
        saved = None
    address = str(message["Snapshot-Content-Location"] or page["Content-Location"] or "")
    return markup.decode("utf-8", "replace"), address, saved
