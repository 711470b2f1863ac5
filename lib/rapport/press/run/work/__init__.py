"""What executes tasks: a pool of workers, and papermill in each."""
