"""What the named statements are asked for and what their rows mean, whatever the engine."""
