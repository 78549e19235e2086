"""What models exist, which are here, where they come from and which suit this machine."""
