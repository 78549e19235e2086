"""The peer itself: a pipecat pipeline, run by an environment of its own. Nothing here may import the appliance."""
