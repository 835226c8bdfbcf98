"""PostgreSQL, the truth: the engine, transactions, migrations; and the nudge that follows a commit.

Owns the connection pool, `transaction()`, the migration runner (under an advisory lock) and the one place that enqueues a
job. Promises that a nudge leaves only after its transaction has committed, and that a lost nudge loses nothing. Never holds a rule
of the domain.
"""
