"""How good a voice is: what a recogniser understands, how near it is to the speaker, and what the ear would object to."""
