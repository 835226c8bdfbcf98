"""`kutse up`: PostgreSQL, Valkey, the mail catcher, the web server and the worker, from one command and one state folder.

Owns the state folder's layout, lock and version, and the child processes. Promises that everything is started in order, restarted when
it dies, stopped in reverse with nothing left running, and that no folder it did not create changes its mode or owner.
Never holds a rule of the domain, and never talks to the database beyond creating it.
"""
