"""The two markets, as options, profiles and reports name them: each is that of the boards of one language."""

from collections.abc import Mapping
from typing import Literal, get_args

MarketName = Literal["cn", "intl"]
MARKET_NAMES: tuple[MarketName, ...] = get_args(MarketName)
LANGUAGE_OF: Mapping[MarketName, Literal["zh", "en"]] = {"cn": "zh", "intl": "en"}
"""The `market` of boards, units and postings in the store, which is their language."""
NAME_OF: Mapping[str, MarketName] = {language: name for name, language in LANGUAGE_OF.items()}
