"""Texts of others → plain values: JSON, TOML, addresses, dates. Nothing here trusts what it reads."""
