"""The version of skdistill."""

__version__ = "0.1.0"
