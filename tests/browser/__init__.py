"""What a person sees: the room page in a real Chromium."""
