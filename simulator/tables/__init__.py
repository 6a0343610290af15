"""Tables that other programs wrote: dialects, dates, spans of time and amounts, read once for traces and imports."""
