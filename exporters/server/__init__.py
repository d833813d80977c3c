"""The HTTP server around a model package.

It is uvicorn with Starlette and python-multipart: pure Python, so that the same wheels serve every processor, typed,
and kept by the people on whose work FastAPI stands. Measured on top of ONNX Runtime they cost 15 MB of memory and 0.1 s
of the start. aiohttp and granian bring compiled parts for each platform, and hypercorn brings HTTP/2, which no client
here speaks. What uvicorn lacks, a limit on the time in which the head of a request must arrive, is in
:mod:`exporters.server.connection`.

A request passes :mod:`~exporters.server.guard` (identity, host, token, size, log), is read by
:mod:`~exporters.server.body` and :mod:`~exporters.server.samples`, waits its turn in :mod:`~exporters.server.predictor`
and is answered by one of the three protocols: :mod:`~exporters.server.friendly`, :mod:`~exporters.server.inference`,
:mod:`~exporters.server.custom_vision`.
"""
