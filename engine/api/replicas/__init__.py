"""Replicas: training requested, shown, renamed, deleted."""
