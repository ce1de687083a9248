"""What employees do: come in, look, register at the desk, decide, and be accounted for."""
