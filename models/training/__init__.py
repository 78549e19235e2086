"""Models that the project trains itself, from recordings whose licence allows it."""
