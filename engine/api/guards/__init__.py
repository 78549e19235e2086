"""What stands before every request: host, origin, key, size, pace."""
