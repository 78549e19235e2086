"""The appliance without a window: the API, the room, the conversation and its layers."""

import os

__version__ = "0.1.0"

# ONNX Runtime reports its use to its maker unless it is told not to before it is imported (its Privacy.md); nothing leaves this machine.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
