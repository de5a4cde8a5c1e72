"""A saved model read back: `model.json`, checked before anything is labelled with it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from engine.checked import read_small
from engine.errors import ModelError, brief
from engine.segments.model import Model

if TYPE_CHECKING:
    from pathlib import Path

MODEL = "model.json"


def model_file(path: Path) -> Path:
    """Return the file of a model, given it or the folder of a run."""
    return path / MODEL if path.is_dir() else path


def load_model(path: Path) -> Model:
    """Read the model that a run of `analyze` left: its model.json, or the folder that holds it.

    Raises
    ------
    ModelError
        If the file is missing, is no JSON, or is not a model that this version can use: what is wrong with it.
    """
    path = model_file(path)
    try:
        content = json.loads(read_small(path))
    except OSError as error:
        raise ModelError(
            f"{path}: the model cannot be read ({error.strerror}).",
            hint="Pass the model.json that `analyze` left in its folder.",
        ) from error
    except (ValueError, RecursionError) as error:
        raise ModelError(
            f"{path}: is no JSON ({brief(error)}).", hint="Pass the model.json that `analyze` left, as it was written."
        ) from error
    try:
        return Model.from_dict(content)
    except ModelError as error:
        raise ModelError(f"{path}: {error.what}", hint=error.hint) from error
