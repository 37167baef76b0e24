"""The version of this release; one place, read by the build and printed in every report."""

__version__ = "0.1.0"
