"""What the service tasks of a diagram do."""
