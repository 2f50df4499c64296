"""What others drew: every file of a folder is checked, walked, and compared with a second engine."""
