"""Three seconds of a presenter that begin again without a seam: what lists and product pages show."""
