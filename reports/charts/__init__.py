"""Charts of a report, drawn with matplotlib from the document alone."""

import os

from reports.charts.font_lock import remove_abandoned_lock

# No chart needs a screen. A notebook names its own backend to all that it starts, and where that is not
# installed, matplotlib cannot even be imported.
os.environ["MPLBACKEND"] = "agg"
remove_abandoned_lock()
