"""The command line: `kutse up | web | worker | intake | migrate | cluster | coordinator | dkim | sample | doctor`, a module for each command.

Promises a sentence instead of a stack trace for whatever the person can put right, and a help that reads like a page.
"""
