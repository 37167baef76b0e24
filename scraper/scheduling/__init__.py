"""Runs by the clock: within one process, or by what the system has for it."""
