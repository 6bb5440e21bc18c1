"""One page that a reader opens in a browser: summary, pictures, and every item down to the prompt.

facts, accounts, tables ─► sections (pictures as SVG) ─┐
                                                       ├─► page.html, one file, no network
runs, prompts ─► payload (each text once, deflated) ───┘
"""

from mgllm.pages.report.page import build_page as build_page
from mgllm.pages.report.section import PageContent as PageContent, PageItem as PageItem, PageRun as PageRun
from mgllm.pages.report.serving import PageServer as PageServer, PageSource as PageSource
