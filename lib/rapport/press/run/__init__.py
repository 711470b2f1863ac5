"""Running notebooks: plan, keys, store, kernels."""
