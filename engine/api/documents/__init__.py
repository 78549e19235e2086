"""Documents: processing requested, shown, renamed, crawled again, deleted."""
