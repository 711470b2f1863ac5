"""`rapport verify --rerun`: what is asked, the process that runs it, and its verdict in words."""
