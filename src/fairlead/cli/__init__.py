"""The `fairlead` command. Thin: it reads flags, calls one use case of `app`, and prints what that returns.

Modules here import at their top only what `fairlead --help` needs; a command imports its use case when it runs.
"""
