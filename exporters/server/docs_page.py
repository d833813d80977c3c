"""The page that lists what the server takes; ``{{…}}`` is filled in by :mod:`exporters.server.pages`."""

HTML = r"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{title}}: what the server takes</title>
<style>
:root { color-scheme: light dark; --line: #d5d9e0; --soft: #f4f6f9; --accent: #1f5fbf; }
@media (prefers-color-scheme: dark) { :root { --line: #3a4150; --soft: #20242d; --accent: #8ab4f8; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 0 auto; padding: 1.5rem; }
a { color: var(--accent); }
details { border-bottom: 1px solid var(--line); padding: .5rem 0; }
summary { cursor: pointer; overflow-wrap: anywhere; }
summary b { display: inline-block; width: 3.2rem; font-size: .8rem; }
pre { background: var(--soft); padding: .8rem; overflow: auto; max-height: 24rem; font-size: .85rem; }
p { margin: .5rem 0 0; }
</style>
</head>
<body>
<h1>{{title}}</h1>
<p>{{about}} <a href="/">Try it</a> · <a href="/openapi.json">openapi.json</a></p>
<p>Every refusal is JSON with a sentence: <code>{"error": "…", "request": "…"}</code>. Send <code>X-Request-ID</code> to
find your request in the log.</p>
<h2>Examples</h2>
<pre>{{curl}}</pre>
<p>{{many}}</p>
<pre>{{python}}</pre>
<h2>Addresses</h2>
{{paths}}
<h2>What goes in and out</h2>
{{schemas}}
</body>
</html>
"""
