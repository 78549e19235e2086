"""`/v2/conversations` and all below it."""
