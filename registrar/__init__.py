"""The scheme operator: signs who may issue what and who may ask what, as static files."""
