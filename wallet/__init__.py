"""The resident: keeps cards, decides per request, has a log of everything that left."""
