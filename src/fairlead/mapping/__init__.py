"""Records to contributions: the configuration dialect, the jq compiler, the worker pool, presets, explanations."""
