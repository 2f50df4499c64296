"""The only room that imports SpiffWorkflow."""
