"""Looking through the catalog: one entity, its neighbors, pages of a blueprint, queries, search."""
