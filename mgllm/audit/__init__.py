"""What an item set gives away: words, scores and names in the speech, doubles, shortcuts. Items in,
a report and masked items out."""

from mgllm.audit.auditing import Looked as Looked, audit_items as audit_items, finder_for as finder_for
from mgllm.audit.instructions import instructing as instructing, planted as planted
from mgllm.audit.names import find_names as find_names
from mgllm.audit.people import near_doubles as near_doubles, shortcuts as shortcuts
from mgllm.audit.report import AuditReport as AuditReport, as_markdown as as_markdown
from mgllm.audit.rules import Finder as Finder, masked_item as masked_item
from mgllm.audit.scores import find_scores as find_scores
