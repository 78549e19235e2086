"""`/v2/uploads`: files that stand in wherever a URL is asked for."""
