"""What takes time: replicas are trained, videos rendered, documents processed, in the background and across restarts."""
