"""Pages: one controller a file; a page imports no other page."""
