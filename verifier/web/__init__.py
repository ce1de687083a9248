"""The web edge: routes, bounded bodies, pages; one hop to a thread, everything below is sync."""
