"""How many, in an English sentence."""


def counted(number: int, one: str, several: str = "") -> str:
    """Return `3 postings`, `1 posting`: `several` is the word for more or none, else `one` with an s."""
    return f"{number} {one if number == 1 else several or f'{one}s'}"
