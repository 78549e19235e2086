"""`/v2/objectives`."""
