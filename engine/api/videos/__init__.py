"""Videos: rendering requested, shown, renamed, deleted."""
