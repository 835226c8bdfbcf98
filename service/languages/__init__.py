"""The five languages: locales, catalogues, dates, and choosing between texts.

English text is the message id. Promises that every catalogue is complete (a test says so) and that dates, times and plurals follow the
locale. Never knows what a message is about.
"""
