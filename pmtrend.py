"""The command line of pmtrend."""


def main() -> None:
    """Entry point of the console script."""
