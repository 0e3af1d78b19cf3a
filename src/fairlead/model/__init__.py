"""Values that every room speaks: records, readings, proofs, blueprints, entities, changes, errors. No I/O."""
