"""`/v2/voices`."""
