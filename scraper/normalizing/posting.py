"""A raw posting → the record that is stored: text extracted, contacts dropped, identity computed."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from scraper.bounds import visible
from scraper.model import RawPosting
from scraper.normalizing.addresses import original_address
from scraper.normalizing.companies import company_key
from scraper.normalizing.identity import content_hash
from scraper.normalizing.places import Places, parse_places
from scraper.normalizing.privacy import drop_contacts
from scraper.normalizing.text import detect_language, to_text
from scraper.normalizing.vacancies import signature_of
from storage.records import Pay, PostingRecord, Quote, Wording


def normalise(raw: RawPosting, *, company: str, market: str | None) -> PostingRecord:
    """Return the record of a posting, not yet tagged.

    `company` is the employer of its board, used where the posting names none; `market` None means that it
    follows the language of the posting.
    """
    # Entities may hide marks that nobody sees; between the characters of a word or a number they part it.
    title = drop_contacts(visible(to_text(raw.title, "text")))
    text = drop_contacts(visible(to_text(raw.description, raw.format)))
    employer = raw.company.strip() or company
    key = company_key(employer)
    places = parse_places(raw.locations, title)
    stated = _pay_text(raw.pay)
    salary_raw = raw.salary_raw or stated
    pay_text = f"{salary_raw}\n{stated}" if raw.salary_raw and stated else salary_raw
    return PostingRecord(
        native_id=raw.native_id,
        title=title,
        text=text,
        url=raw.url,
        company=employer,
        company_key=key,
        content_hash=content_hash(title, text, pay_text, raw.experience_raw, raw.education_raw),
        places=places.cities,
        countries=places.countries,
        market=market or ("en" if detect_language(f"{title}\n{text}") == "en" else "zh"),
        salary_raw=salary_raw,
        experience_raw=raw.experience_raw,
        education_raw=raw.education_raw,
        structured=_structured(raw, places),
        posted_at=raw.posted_at,
        address=original_address(raw.url, raw.apply_url),
        signature=signature_of(title, text, places.cities or places.countries, raw.requisition),
    )


def without_text(record: PostingRecord, why: str) -> PostingRecord:
    """Return the record with its fields and without its text, which is not to be believed; `why` is kept."""
    return replace(
        record,
        text="",
        content_hash=content_hash(
            record.title, "", record.salary_raw, record.experience_raw, record.education_raw
        ),
        signature=signature_of(record.title, "", record.places or record.countries),
        structured={**record.structured, "withheld": why},
    )


def stored_hashes(stored: Wording) -> tuple[str, ...]:
    """Return the content hashes that a stored version may have.

    There are two, since pay that the board stated in fields of its own is among the words of a posting whose
    text was believed, and not among those of one whose text was left out.
    """
    stated = _pay_text(stated_pay(stored.structured))
    pays = dict.fromkeys(
        (f"{stored.salary_raw}\n{stated}" if stated else stored.salary_raw, stored.salary_raw)
    )
    rest = stored.experience_raw, stored.education_raw
    return tuple(content_hash(stored.title, stored.text, pay, *rest) for pay in pays)


def _pay_text(pay: Pay | None) -> str:
    """Structured pay as words, so that a change of pay is a change of content."""
    if pay is None:
        return ""
    ends = "-".join(f"{value:g}" for value in (pay.min, pay.max) if value is not None)
    return f"{pay.currency or ''} {ends} / {pay.period or ''}".strip()


def _structured(raw: RawPosting, places: Places) -> dict[str, Any]:
    stated: dict[str, Any] = {"locations": list(raw.locations)}
    if places.regions:
        stated["regions"] = list(places.regions)
    if places.remote_scope:
        stated["remote_scope"] = list(places.remote_scope)
    if raw.workplace:
        stated["workplace"] = raw.workplace
    if raw.text_cut:
        stated["text_cut"] = True
    if raw.pay:
        quote = raw.pay.quote
        stated["pay"] = {**asdict(raw.pay), "quote": quote._asdict() if quote else None}
    return stated


def stated_pay(structured: Mapping[str, Any]) -> Pay | None:
    """Return the pay that a stored `structured` holds."""
    pay = structured.get("pay")
    if not pay:
        return None
    quote = Quote(**pay["quote"]) if pay.get("quote") else None
    return Pay(**{**pay, "quote": quote})
