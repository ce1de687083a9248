"""The housing corporation: asks, checks, keeps only what it promised, answers for it."""
