"""What every resource shares: bodies, errors, names, lists, patches, files."""
