"""`/v2/webhook-deliveries`."""
