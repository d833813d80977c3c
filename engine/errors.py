"""What can go wrong in the engine, as one tree.

EngineError
├── DataError          the data cannot be learned from
├── RunError           a run folder is missing, damaged or already taken
├── ModelError         a model folder is missing, damaged or from a newer version
├── WeightsError       pretrained weights are absent or not the ones we trust
└── DeviceError        the device asked for is not there

Every message says what happened, what was done and what the person can do.
"""


class EngineError(Exception):
    """Something the person can be told in one sentence."""


class DataError(EngineError):
    """The data cannot be learned from."""


class RunError(EngineError):
    """A run folder is missing, damaged or already taken."""


class ModelError(EngineError):
    """A model folder is missing, damaged or from a newer version."""


class WeightsError(EngineError):
    """Pretrained weights are absent or not the ones we trust."""


class DeviceError(EngineError):
    """The device asked for is not there."""
