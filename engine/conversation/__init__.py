"""One call: turns, prompt, speech, transcript, and the director that ties them together."""
