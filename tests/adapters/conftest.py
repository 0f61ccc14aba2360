"""Fixtures of the learning half: one tiny classifier for the whole run, its adapter fresh in every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from adapters.models.classifier import Classifier, classifier
from tests.tiny import LABELS, tiny_encoder

torch.set_num_threads(1)  # a tiny model gains nothing from a second one


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    return classifier(LABELS, base=tiny_encoder(tmp_path_factory.mktemp("encoder")), rank=4)


@pytest.fixture
def model(made: Classifier) -> Iterator[Classifier]:
    made.relabel(LABELS)
    made.load(None)
    yield made
    made.relabel(LABELS)
    made.load(None)
