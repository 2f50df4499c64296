"""What comes in by mail, read: one pure function from bytes to what they are. No database, no network, no clock."""
