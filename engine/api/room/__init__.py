"""The room's page and signalling, and the page that begins a conversation."""
