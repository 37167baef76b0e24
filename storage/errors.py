"""What can go wrong with the store, as sentences for a person."""


class StorageError(Exception):
    """The store cannot be used as asked; the text is one sentence that names what and where."""
