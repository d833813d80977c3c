"""What a client feeds a graph, and what the members make of it: built once, shared by all of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy.typing as npt

from engine.arrays import IntArray
from engine.model.model import Model
from engine.samples import Samples
from engine.task import Task
from exporters.onnx.graph import Graph

ROWS = "N"

Feeds = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Call:
    """What one call of the graph takes, and the places [n] of its samples among all.

    ``size`` is what the samples of the call share in size, in words; empty where samples have none.
    """

    rows: IntArray
    feeds: Feeds
    size: str = ""


class Inputs:
    """The declared inputs of a graph, and the tensors made from them that members share."""

    def __init__(self, graph: Graph, first: str) -> None:
        self.graph = graph
        self._first = first
        self._shared: dict[Hashable, str] = {}

    def shared(self, key: Hashable, build: Callable[[], str]) -> str:
        """Return the tensor known by ``key``, made by ``build`` the first time."""
        if key not in self._shared:
            self._shared[key] = build()
        return self._shared[key]

    @property
    def rows(self) -> str:
        """The number of samples in the call, int64 [1]."""
        return self.shared("rows", lambda: self.graph.add("Shape", self._first, start=0, end=1))


class Form(ABC):
    """How the samples of one modality enter a graph.

    ``noun`` names several samples, ``steps`` are sentences about what the client does and what the graph does.
    ``exact`` tells whether probabilities go out as float64. ``tolerance`` is how far apart the answers of model and
    graph may be, in probability, or as a share of a number. ``reading`` are the parameters of what is done before the
    graph, plain JSON.
    """

    noun: ClassVar[str]
    steps: ClassVar[tuple[str, ...]]
    exact: ClassVar[bool] = False
    tolerance: ClassVar[float] = 1e-4

    def __init__(self, task: Task, reading: Mapping[str, Any]) -> None:
        self.task = task
        self.reading = reading

    @classmethod
    def reading_of(cls, model: Model) -> Mapping[str, Any]:
        """Return what the client of ``model`` must know to read a sample, plain JSON."""
        return {}

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """The names of the inputs, in order."""

    @abstractmethod
    def open(self, graph: Graph) -> Inputs:
        """Declare the inputs."""

    @abstractmethod
    def described(self) -> list[dict[str, Any]]:
        """Return the inputs as ``{name, type, shape, meaning, missing}``."""

    @abstractmethod
    def calls(self, samples: Samples) -> Iterator[Call]:
        """Yield the samples in as many calls as their sizes and memory ask for, without those that cannot be read."""

    def unreadable(self) -> Samples | None:
        """Return a sample that cannot be read; None where each can."""
        return None

    def files(self) -> Mapping[str, bytes]:
        """Return what a client needs beside the graph, by file name."""
        return {}
