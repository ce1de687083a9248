"""The Haal Centraal BRP APIs as this issuer asks them: personen v2, verblijfplaatshistorie 2.0."""
