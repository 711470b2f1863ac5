"""Sources to canonical tables: read, check, clean, pseudonymise."""
