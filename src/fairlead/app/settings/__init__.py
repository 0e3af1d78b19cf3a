"""Settings from defaults, `fairlead.yaml`, three dialects of environment variables and flags, in rising order."""
