"""The store as tables for researchers."""
