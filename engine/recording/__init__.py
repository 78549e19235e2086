"""Recordings of calls: what is seen and heard as MP4, what is said as WebVTT, and where both go."""
