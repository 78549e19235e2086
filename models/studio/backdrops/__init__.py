"""Backdrops: rooms painted by rule, out of focus as behind a portrait. Nothing here is a photo or comes from elsewhere."""
