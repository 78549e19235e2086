"""`/v2/guardrails`."""
