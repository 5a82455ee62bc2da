"""The one place of SQL: the journal of facts, what is kept beside it, and one history of migrations.

The journal (`storage.journal`) is the truth; interval tables (`storage.intervals`) and the DuckDB file
(`storage.adhoc`) are made from it and can be made again at any time. The daemon writes through `storage.writer`,
never directly, so that no call waits for a disk.
"""
