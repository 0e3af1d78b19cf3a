"""Azure DevOps, read into a software catalog."""

__version__ = "0.1.0"
