"""Groups of `visavis` commands, one module each."""
