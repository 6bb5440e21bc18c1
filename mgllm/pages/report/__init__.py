"""One page that a reader opens in a browser: summary, pictures, and every item down to the prompt.

facts, accounts, tables ─► sections (pictures as SVG) ─┐
                                                       ├─► page.html, one file, no network
runs, prompts ─► payload (each text once, deflated) ───┘
"""
