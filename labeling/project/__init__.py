"""A project: a folder with the samples, labels and history that a person works on."""

from labeling.project.journal import Entry
from labeling.project.project import Added, ClassInfo, Project
from labeling.project.samples import Filter, Sample
from labeling.searching import Search, Sort, State

__all__ = ["Added", "ClassInfo", "Entry", "Filter", "Project", "Sample", "Search", "Sort", "State"]
