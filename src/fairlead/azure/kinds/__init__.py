"""One small file per kind: a frozen `KindSpec` and the pure functions that make records of its JSON."""
