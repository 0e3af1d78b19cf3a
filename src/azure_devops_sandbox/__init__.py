"""An Azure DevOps Services organization in one process."""
