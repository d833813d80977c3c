"""The OpenAPI description, true to the model that is served: its columns, its classes, its tensors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from exporters.server import custom_vision
from exporters.server.inference import HEADER_LENGTH, VERSION
from exporters.server.samples import MEDIA, TABLES
from exporters.server.settings import Settings
from exporters.server.tensors import Spec
from exporters.standalone.package import Package

Json = dict[str, Any]

_HEADER = HEADER_LENGTH.title()
_BINARY = {"type": "string", "format": "binary"}
_MEDIA_TYPES = {
    "image": ("image/jpeg", "image/png", "image/webp", "image/bmp", "image/gif", "image/tiff"),
    "audio": ("audio/wav", "audio/flac", "audio/ogg", "audio/mpeg"),
}
_MEANINGS = {
    400: "The request is damaged, or not as described here.",
    401: "The token is missing or wrong.",
    404: "There is no such thing here.",
    403: "The server does not do that.",
    408: "The request came too slowly.",
    413: "The request is too large.",
    415: "The model takes another kind of content.",
    421: "The server answers under the names of its own computer alone.",
    422: "The sample cannot be read, or columns are missing.",
    429: "The server is busy. Try again after the seconds in Retry-After.",
    500: "The server or the model failed. The server's log says why.",
    503: "The server is ending. Send the request again soon.",
    504: "The answer took too long.",
}


def describe(package: Package, settings: Settings) -> Json:
    """Return the OpenAPI 3.1 document."""
    manifest = package.manifest
    paths = {**_own_paths(package, settings), **_protocol_paths(package), **_vision_paths(package)}
    protected = settings.token is not None
    document: Json = {
        "openapi": "3.1.0",
        "info": {
            "title": str(manifest["name"]),
            "version": str(manifest.get("model_sha256", ""))[:12] or VERSION,
            "description": _about(package),
        },
        "paths": _everywhere(paths, (421, 500, 503) if settings.on_loopback else (500, 503)),
        "components": {"schemas": _schemas(package)},
    }
    if protected:
        document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        document["security"] = [{"token": []}]
    return document


def _about(package: Package) -> str:
    what = {"image": "pictures", "audio": "sounds", "text": "texts", "table": "rows of a table"}[package.modality]
    if package.kind == "regression":
        return f"Predicts a number for {what}."
    several = "each of which may hold or not" if package.kind == "multilabel" else "one of which holds"
    return f"Tells {len(package.classes):,} classes of {what} apart, {several}."


def _own_paths(package: Package, settings: Settings) -> Json:
    reply = {"$ref": "#/components/schemas/Predictions"}
    predict = _operation("Answer one or several samples", reply, 400, 401, 408, 413, 415, 422, 429, 504)
    predict["requestBody"] = {"required": True, "content": _content(package, settings)}
    figures = _operation("Figures for Prometheus", {"type": "string"}, 401)
    figures["responses"]["200"]["content"] = {"text/plain": {"schema": {"type": "string"}}}
    return {
        "/predict": {"post": predict},
        "/healthz": {"get": _open(_operation("Whether the server runs", {"type": "object"}))},
        "/readyz": {"get": _open(_readiness("Whether the server takes requests"))},
        "/metadata": {"get": _operation("What the model is and how it was proven", {"type": "object"}, 401)},
        "/metrics": {"get": {**figures, "operationId": "metrics"}},
        "/openapi.json": {"get": _operation("This description", {"type": "object"}, 401)},
    }


def _content(package: Package, settings: Settings) -> Json:
    limit = f"At most {settings.limits.body / 1e6:g} MB."
    if package.modality in MEDIA:
        most = settings.limits.files
        files = {"type": "array", "items": _BINARY, "maxItems": most, "description": "One file, or several"}
        form = {"type": "object", "properties": {"file": files}, "required": ["file"], "description": limit}
        types = (*_MEDIA_TYPES[package.modality], "application/octet-stream")
        return {**{name: {"schema": _BINARY} for name in types}, "multipart/form-data": {"schema": form}}
    form = {"type": "object", "properties": {"file": _BINARY}, "required": ["file"], "description": limit}
    content: Json = {
        "application/json": {"schema": {"$ref": "#/components/schemas/Samples"}},
        "multipart/form-data": {"schema": form},
    }
    if package.columns:
        return content | {name: {"schema": {"type": "string"}} for name in TABLES}
    return content | {"text/plain": {"schema": {"type": "string"}}, "application/octet-stream": {"schema": _BINARY}}


def _protocol_paths(package: Package) -> Json:
    model = f"/v2/models/{package.manifest['name']}"
    metadata = {"$ref": "#/components/schemas/ModelMetadata"}
    infer = _operation(
        "Run the graph on raw tensors",
        {"$ref": "#/components/schemas/InferReply"},
        400,
        401,
        404,
        408,
        413,
        415,
        422,
        429,
        504,
    )
    schema = {"$ref": "#/components/schemas/InferRequest"}
    binary = {"application/octet-stream": {"schema": _BINARY}}
    infer["parameters"] = [{"name": _HEADER, "in": "header", "required": False, **_header("request")}]
    infer["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}, **binary}}
    infer["responses"]["200"]["content"] |= binary
    infer["responses"]["200"]["headers"] = {_HEADER: _header("answer")}
    paths: Json = {
        "/v2": {"get": _operation("The server", {"type": "object"}, 401)},
        "/v2/health/live": {"get": _open(_operation("Whether the server runs", {"type": "object"}))},
        "/v2/health/ready": {"get": _open(_readiness("Whether the server takes requests"))},
    }
    for place in (model, f"{model}/versions/{VERSION}"):
        paths[place] = {"get": _operation("What the graph takes and answers", metadata, 401, 404)}
        paths[f"{place}/ready"] = {"get": _readiness("Whether the model takes requests", 401, 404)}
        paths[f"{place}/infer"] = {"post": infer}
    return paths


def _vision_paths(package: Package) -> Json:
    if package.modality != "image" or not package.classes:
        return {}
    image = _operation(
        "As a container of Azure Custom Vision answers",
        {"$ref": "#/components/schemas/CustomVision"},
        *(400, 401, 408, 413, 415, 422, 429, 504),
    )
    form = {"type": "object", "properties": {"imageData": _BINARY}, "required": ["imageData"]}
    content = {"application/octet-stream": {"schema": _BINARY}, "multipart/form-data": {"schema": form}}
    image["requestBody"] = {"required": True, "content": content}
    return {path: {"parameters": _path_parameters(path), "post": image} for path in custom_vision.PATHS}


def _path_parameters(path: str) -> list[Json]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def _operation(summary: str, schema: Mapping[str, Any], *refusals: int) -> Json:
    responses: Json = {"200": {"description": "The answer", "content": {"application/json": {"schema": schema}}}}
    return {"summary": summary, "responses": responses | _refused(refusals)}


def _readiness(summary: str, *refusals: int) -> Json:
    """Return an operation that answers in the same words when the server is ending."""
    operation = _operation(summary, {"type": "object"}, *refusals)
    content = {"application/json": {"schema": {"type": "object"}}}
    operation["responses"]["503"] = {"description": "The server is ending.", "content": content}
    return operation


def _everywhere(paths: Json, refusals: Sequence[int]) -> Json:
    """Return the paths with what any of their operations may answer."""
    for path in paths.values():
        for operation in (path[method] for method in ("get", "post") if method in path):
            found = operation["responses"]
            operation["responses"] = dict(sorted({**_refused(refusals), **found}.items()))
    return paths


def _refused(refusals: Iterable[int]) -> Json:
    problem = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {str(status): {"description": _MEANINGS[status], "content": problem} for status in refusals}


def _header(what: str) -> Json:
    said = f"how many of the first bytes of the {what} are JSON, where tensors follow it as they lie in memory"
    return {"description": said, "schema": {"type": "integer", "minimum": 0}}


def _open(operation: Json) -> Json:
    """Return an operation that needs no token."""
    return {**operation, "security": []}


def _schemas(package: Package) -> Json:
    problem = {
        "type": "object",
        "required": ["error"],
        "properties": {"error": {"type": "string"}, "request": {"type": "string"}},
    }
    shown = {"anyOf": [{"$ref": "#/components/schemas/Prediction"}, {"$ref": "#/components/schemas/Error"}]}
    schemas: Json = {
        "Error": problem,
        "Prediction": _prediction(package),
        "Predictions": {
            "type": "object",
            "required": ["model", "predictions"],
            "properties": {
                "model": {"type": "string"},
                "predictions": {"type": "array", "items": shown},
                "notes": {"type": "array", "items": {"type": "string"}, "description": "What counts as missing"},
            },
        },
        **_tensor_schemas(package),
    }
    if package.modality not in MEDIA:
        schemas["Samples"] = _samples(package)
    if package.modality == "image" and package.classes:
        schemas["CustomVision"] = _vision_schema(package)
    return schemas


def _prediction(package: Package) -> Json:
    if package.kind == "regression":
        return _object({"number": {"type": ["number", "null"]}})
    share = {"type": "number", "minimum": 0, "maximum": 1}
    probabilities = _object(dict.fromkeys(package.classes, share))
    name = {"type": "string", "enum": list(package.classes)}
    if package.kind == "multilabel":
        return _object({"labels": {"type": "array", "items": name}, "probabilities": probabilities})
    return _object({"label": name, "probabilities": probabilities})


def _object(properties: Mapping[str, Any]) -> Json:
    return {"type": "object", "required": list(properties), "properties": dict(properties)}


def _samples(package: Package) -> Json:
    if not package.columns:
        texts = {"type": "array", "items": {"type": "string"}}
        alone = _object({"text": {"type": "string"}})
        return {"anyOf": [alone, _object({"texts": texts}), _object({"rows": texts}), texts]}
    cells = {column.name: _cell(column.type.value) for column in package.task.columns}
    row, lists = _object(cells), _object({name: {"type": "array", "items": cell} for name, cell in cells.items()})
    rows = {"type": "array", "items": row, "minItems": 1}
    return {"anyOf": [_object({"columns": row}), _object({"columns": lists}), _object({"rows": rows}), rows]}


def _cell(kind: str) -> Json:
    if kind == "number":
        return {"type": ["number", "string", "null"], "description": "a number"}
    if kind == "date":
        return {"type": ["string", "number", "null"], "description": "a date, as 2024-12-31, or days since 1970-01-01"}
    return {"type": ["string", "number", "boolean", "null"]}


def _tensor_schemas(package: Package) -> Json:
    names = [str(entry["name"]) for entry in package.manifest["inputs"]]
    answers = [str(entry["name"]) for entry in package.manifest["outputs"]]
    kind = {"type": "string"}
    sent = _object({"name": {"type": "string", "enum": names}, "datatype": kind, "shape": _shape(package)})
    sent["properties"] |= {"parameters": {"type": "object"}, "data": {"type": "array"}}
    shape = {"type": "array", "items": {"type": "integer", "minimum": 1}}
    got = _object({"name": {"type": "string", "enum": answers}, "datatype": kind, "shape": shape})
    got["properties"] |= {"parameters": {"type": "object"}, "data": {"type": "array"}}
    request = _object({"inputs": {"type": "array", "items": sent, "minItems": 1}})
    wanted = _object({"name": {"type": "string", "enum": answers}})
    request["properties"] |= {
        "id": {"type": "string"},
        "parameters": {"type": "object"},
        "outputs": {"type": "array", "items": wanted},
    }
    word = {"type": "string"}
    return {
        "ModelMetadata": _object(
            {"name": word, "platform": word, "inputs": {"type": "array"}, "outputs": {"type": "array"}}
        ),
        "InferRequest": request,
        "InferReply": _object({"model_name": word, "outputs": {"type": "array", "items": got}}),
    }


def _shape(package: Package) -> Json:
    """Return what the shape of an input may be: lists may have no entry at all."""
    listed = [str(entry["name"]) for entry in package.manifest["inputs"] if Spec.of(entry).listed]
    sizes = {"type": "integer", "minimum": 0 if listed else 1}
    if not listed:
        return {"type": "array", "items": sizes}
    said = f"sizes above 0; only the first one of {', '.join(listed[:20])} may be 0"
    return {"type": "array", "items": sizes, "description": said}


def _vision_schema(package: Package) -> Json:
    tag = _object(
        {
            "tagId": {"type": "string", "format": "uuid"},
            "tagName": {"type": "string", "enum": list(package.classes)},
            "probability": {"type": "number", "minimum": 0, "maximum": 1},
            "boundingBox": {"type": "null"},
        }
    )
    word = {"type": "string"}
    return _object(
        {
            "id": word,
            "project": word,
            "iteration": word,
            "created": word,
            "predictions": {"type": "array", "items": tag},
        }
    )
