"""One screen per question put to the resident."""
