"""Running notebooks: planned with reasons, executed on workers, kept by key.

`make_chapter_task` and `TableTask` make tasks; `plan` says what would happen to them and why;
`run_tasks` does it. A `World` is what both work against: the store, the conditions that are part of
every key, and the tables that no task makes.

    world = World(Store(root / "data/store"), read_conditions(root), given={})
    results = run_tasks(tasks, world, workers=2, on_event=show)

Rooms: `keys` (what a key is made of), `store` (what executions leave), `work` (workers, papermill),
`kernels` (warm and cold).
"""
