"""What keys are made of: code found in notebooks and modules, and the key itself."""
