"""Settings of one part of the house each; `verifier.config` reads them all."""
