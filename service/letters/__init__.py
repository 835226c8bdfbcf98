"""What a letter says and how it looks: templates become skeletons with slots in place of personal values.

Owns the letters' templates, the look they share, the links in them and the Markdown in them; stores nothing. Promises a skeleton is inlined once
however many people it goes to. Never knows who gets a letter: `delivery` fills the slots.
"""
