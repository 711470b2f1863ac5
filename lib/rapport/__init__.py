"""Customer-analytics reports that anyone entitled can rerun and verify."""
