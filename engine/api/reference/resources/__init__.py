"""One module a resource: what is said of its operations, with examples."""
