"""pandas without PyArrow, which it loads where that is installed: 60 MB that no table of a report needs."""

import sys

_ABSENT = "pyarrow" not in sys.modules
if _ABSENT:
    sys.modules["pyarrow"] = None  # type: ignore[assignment]  # "halts the import": docs of importlib
try:
    import pandas as pd
finally:
    if _ABSENT:
        del sys.modules["pyarrow"]

__all__ = ["pd"]
