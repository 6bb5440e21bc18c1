"""What is possible without a language model, if the run was asked for it."""

from __future__ import annotations

from mgllm.analysis.tables.reference_tables import reference_table
from mgllm.pages.report.section import PageContent, Section, section

LEAD = (
    "The same targets, guessed by simple classifiers from facts, words and gestures of other people. A model "
    "that does no better than these does not need to understand anything."
)


@section("references")
def references(content: PageContent) -> Section | None:
    """A table for each scenario."""
    made = content.summary.references
    tables = [(one.scenario, [reference_table(one)]) for one in made]
    heading = "Guesses without a language model"
    return Section("references", heading, LEAD, tables=tables, order=25) if made else None
