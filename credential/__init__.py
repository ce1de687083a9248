"""What two parties must compute identically from the same bytes: pure, no I/O, no clock."""
