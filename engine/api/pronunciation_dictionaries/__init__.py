"""`/v2/pronunciation-dictionaries`."""
