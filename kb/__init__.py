"""The knowledge base: its entries, what an entry is, and the tools that keep it good."""

from kb.errors import EntryExists, InvalidKnowledgeBase, KnowledgeBaseError, Problem, UnknownEntry
from kb.loader import KnowledgeBase, find_entry, load_knowledge_base
from kb.schema import NONE_OF_THESE, Entry, Finding, Frequency, ProductEvidence, Report, Vocabulary

__all__ = [
    "NONE_OF_THESE",
    "Entry",
    "EntryExists",
    "Finding",
    "Frequency",
    "InvalidKnowledgeBase",
    "KnowledgeBase",
    "KnowledgeBaseError",
    "Problem",
    "ProductEvidence",
    "Report",
    "UnknownEntry",
    "Vocabulary",
    "find_entry",
    "load_knowledge_base",
]
