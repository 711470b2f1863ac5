"""What executions leave behind: objects and records, leases, cleaning, logs, a copy for jcache."""

from rapport.press.run.store.store import Store

__all__ = ["Store"]
