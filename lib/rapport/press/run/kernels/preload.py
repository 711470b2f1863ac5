"""What the fork server imports before it forks: libraries that chapters use, and a run's own code.

Imports only. Never `matplotlib_inline`: imported where no shell is, its hooks are not registered
and figures vanish without an error. A test holds this list against what chapters import.
"""

PRELOADED = (
    # What a kernel imports as it starts; its debugger alone takes as long as all the rest.
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "ipykernel.debugger",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "ipykernel.zmqshell",
    "sqlite3",
    "tornado.platform.asyncio",
    "tornado.queues",
    # What chapters import.
    "PIL.features",
    "duckdb",
    "encodings.ascii",
    "encodings.utf_16_be",
    "importlib.resources.readers",
    "lifelines",
    "matplotlib.backends.backend_svg",
    "matplotlib.pyplot",
    "pandas",
    "pandas.core.methods.to_dict",
    "pandas.core.reshape.reshape",
    "pyarrow.csv",
    "pyarrow.dataset",
    "pyarrow.pandas_compat",
    "pyarrow.parquet",
    "pyarrow.vendored.version",
    "pydantic._internal._generate_schema",
    "pydantic.fields",
    "pydantic.main",
    "pydantic.plugin._loader",
    "pydantic.types",
    "scipy.optimize",
    "scipy.stats",
    "seaborn",
    "sklearn.cluster",
    "sklearn.ensemble",
    "sklearn.linear_model",
    "sklearn.metrics",
    "sklearn.tree",
    "threadpoolctl",
    "uharfbuzz",
    "yaml",
    # What workers need besides.
    "nbclient",
    "papermill",
)

# Of ours, and only for the server of a run: a run sees one state of the code (a module that moves
# meanwhile fails the task), so nothing in it can be stale. Only what every chapter imports anyway:
# with more, a chapter could use a module that it never imports and its key does not hold.
OF_A_RUN = (
    "rapport.chapter",
    "rapport.press.run.work.chapters",
    "rapport.press.run.work.workers",
)
