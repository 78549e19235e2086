"""Models: the catalogue, the store, pulling."""
