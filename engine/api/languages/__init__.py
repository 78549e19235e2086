"""`/v2/languages`."""
