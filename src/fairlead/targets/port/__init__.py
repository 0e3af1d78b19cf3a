"""Port as a target: entities and blueprints are delivered there, and the mapping stored there is read."""
