"""The replica's own sound in a microphone, and noise: taken out before anybody listens."""
