"""A small network that reads mouths from sound, taught by the voices of this project, whose phonemes are known."""
