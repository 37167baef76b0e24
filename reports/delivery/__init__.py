"""A week told to a group chat: the message, and which service has taken it."""
