"""The composition root: from settings to the parts of a running process."""

from fedisw.runtime.opening import Runtime
from fedisw.runtime.watch import State

__all__ = ["Runtime", "State"]
