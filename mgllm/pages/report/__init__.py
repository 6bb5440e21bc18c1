"""One page for a browser: summary, pictures, and every item with its prompts.

facts, accounts, tables ─► sections (pictures as SVG) ─┐
                                                       ├─► page.html, one file, no network
runs, prompts ─► payload (each text once, deflated) ───┘
"""
