"""What the documents say, read from the documents: they lie outside the project and are never copied into it."""
