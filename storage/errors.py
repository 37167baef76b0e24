"""What can go wrong with the store, as sentences for a person."""


class StorageError(Exception):
    """The store cannot be used as asked; the text is one sentence that names what and where."""


class LockHeld(StorageError):
    """Another run is at work on the store."""


class LeaseLost(Exception):
    """What was to be stored comes from a host that another collector has taken over meanwhile."""
