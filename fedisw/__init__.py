"""fedisw: a federated professional network for social workers."""

__version__ = "0.1.0"
