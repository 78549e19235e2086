"""Callbacks to the integrator's server: signed, at least once, in order within a stream."""
