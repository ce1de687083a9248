"""What other systems of the organisation may do: start a session, read a verdict, list, be told."""
