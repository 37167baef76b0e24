"""Words, figures and sentences of one language, harmless in markdown, CSV, SVG and HTML."""
