"""The appliance without a window: the API, the room, the conversation and its layers."""

__version__ = "0.1.0"
