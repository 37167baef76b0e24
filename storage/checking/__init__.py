"""Whether a store is whole: the checks of its engine and our own."""
