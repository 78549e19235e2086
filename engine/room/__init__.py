"""WebRTC: participants, tracks, the media clock, the data channel and the page."""
