"""The appliance without a window: the API, the room, the conversation and its layers."""

import os

__version__ = "0.1.0"

# ONNX Runtime reports its use to its maker unless it is told not to before it is imported (its Privacy.md); nothing leaves this machine.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
# CTranslate2 computes with oneDNN, which keeps 1024 kernels, one for each length of sound that was ever recognised: 1.2 MB a length,
# and no faster (measured over 180 lengths).
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "8")
