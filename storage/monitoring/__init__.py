"""How the boards fare: what `pmtrend status` shows, and when one may be asked again."""
