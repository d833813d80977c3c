"""The routes of a container that Azure Custom Vision exported, for the clients that know nothing else."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from exporters.server.forms import media_type, parse_form
from exporters.server.refused import Refused
from exporters.server.settings import Limits
from exporters.standalone.package import Answer, Package

PATHS = (
    "/image",
    "/{project}/image",
    "/{project}/image/nostore",
    "/{project}/classify/iterations/{iteration}/image",
    "/{project}/classify/iterations/{iteration}/image/nostore",
)
URL_PATHS = tuple(path.replace("/image", "/url") for path in PATHS)
NO_URLS = (
    "This server fetches nothing from addresses, since that would let strangers reach what only this machine can "
    "reach. Send the picture itself to /image."
)
_SPACE = uuid.UUID("6c1f6c0e-4a55-5f0a-9a43-2d6b8b7c9d10")


def picture_of(body: bytes, content_type: str, limits: Limits) -> bytes:
    """Return the picture in a request: its body, or the first file of a form, usually ``imageData``.

    Raises:
        Refused: there is none (400).
    """
    if media_type(content_type) != "multipart/form-data":
        if not body:
            raise Refused(400, "The request is empty. Send a picture, or a form with the field “imageData”.")
        return body
    parts = parse_form(body, content_type, limits.files)
    named = [part for part in parts if part.field == "imageData"]
    found = named or [part for part in parts if part.file is not None]
    if not found:
        raise Refused(400, "The form holds no picture. Send it as the field “imageData”.")
    return found[0].content


def check_pictures(package: Package) -> None:
    """Let pass a model that can answer on these routes.

    Raises:
        Refused: the model takes no pictures, or answers with a number (404).
    """
    if package.modality != "image" or not package.classes:
        raise Refused(404, "This route is for models that tell classes of pictures apart. Use /predict.")


def reply(answer: Answer, package: Package, iteration: str) -> dict[str, object]:
    """Return the answer as Custom Vision words it, the likeliest class first."""
    name = str(package.manifest["name"])
    ranked = sorted(answer.probabilities.items(), key=lambda entry: -entry[1])
    return {
        "id": str(uuid.uuid4()),
        "project": _id(name),
        "iteration": _id(f"{name}/{iteration or package.manifest.get('model_sha256')}"),
        "created": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "predictions": [
            {"tagId": _id(f"{name}/tag/{tag}"), "tagName": tag, "probability": round(share, 8), "boundingBox": None}
            for tag, share in ranked
        ],
    }


def _id(name: str) -> str:
    return str(uuid.uuid5(_SPACE, name))
