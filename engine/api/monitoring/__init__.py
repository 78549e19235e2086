"""For whoever watches the process: a name, a line and a count for each request."""
