"""What the registrar does: found a scheme, add parties, publish, take back, look around."""
