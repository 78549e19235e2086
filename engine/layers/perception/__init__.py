"""What the camera shows: faces and where their features are."""
