"""Where models come from. Each source writes files beside the store; verifying and taking them in is the caller's."""
