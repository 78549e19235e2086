"""SQLite: append-only migrations, one repository a resource."""
