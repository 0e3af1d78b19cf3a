"""Breaks runs in every way that happens, and looks at what is left."""
