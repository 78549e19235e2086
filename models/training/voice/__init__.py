"""A small text-to-speech voice from an hour of recordings, trained on one processor core.

A hidden Markov model aligns phonemes and sound; a prosody net predicts durations and pitch; an acoustic model paints the
mel spectrogram and is sharpened by an adversary; a decoder of harmonics and noise, driven by the pitch, makes the sound.
The result is one ONNX file in Piper's interface. `python -m models.training.voice` runs all of it.
"""
