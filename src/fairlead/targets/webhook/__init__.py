"""Webhooks: addresses that are told of each change of an entity."""
