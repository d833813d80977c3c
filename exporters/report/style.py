"""How the page looks: light and dark as the reader's system wants it, and black on white on paper."""

from __future__ import annotations

LIGHT = {
    "page": "#f6f7f9",
    "surface": "#ffffff",
    "ink": "#16191d",
    "muted": "#5a6270",
    "grid": "#dde1e7",
    "accent": "#1f5fc4",
    "good": "#177245",
    "bad": "#b3261e",
    "note": "#fff4d6",
}
DARK = {
    "page": "#121417",
    "surface": "#1b1e23",
    "ink": "#e8eaee",
    "muted": "#a3abb8",
    "grid": "#343a44",
    "accent": "#7fb0ff",
    "good": "#5fce95",
    "bad": "#ff8f85",
    "note": "#3a3115",
}
_MARKS = ("ink", "muted", "grid", "accent", "good", "bad", "surface")


def _variables(colours: dict[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in colours.items())


STYLE = (
    f":root{{color-scheme:light dark;{_variables(LIGHT)}}}"
    f"@media (prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}"
    + "".join(f".f-{name}{{fill:var(--{name})}}.s-{name}{{stroke:var(--{name});fill:none}}" for name in _MARKS)
    + """
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);overflow-wrap:anywhere;
font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
a{color:var(--accent)}
a:focus-visible,summary:focus-visible,.wide:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.skip{position:absolute;left:-999px}.skip:focus{left:8px;top:8px;background:var(--surface);padding:6px 12px}
header,main,footer{max-width:860px;margin:0 auto;padding:0 20px}
header{padding-top:36px}
h1{font-size:30px;line-height:1.2;margin:0 0 4px}
h2{font-size:22px;line-height:1.25;margin:0 0 14px}
h3{font-size:17px;line-height:1.3;margin:26px 0 8px}
p{margin:0 0 12px;max-width:72ch}
.muted,.sub,figcaption,caption,footer{color:var(--muted)}
.sub{font-size:17px;margin:0}
nav{margin:18px 0 0;font-size:15px}nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:4px 18px;margin:0;padding:0}
section{background:var(--surface);border:1px solid var(--grid);border-radius:10px;padding:24px 26px;margin:22px 0}
.headline{font-size:34px;line-height:1.15;font-weight:650;margin:10px 0 2px}
.below{font-size:17px;margin:0 0 14px}
.note{background:var(--note);border-left:4px solid var(--bad);border-radius:4px;padding:10px 14px;margin:14px 0}
ul,ol{margin:0 0 14px;padding-left:24px}li{margin:0 0 6px;max-width:72ch}
dl{display:grid;grid-template-columns:minmax(150px,36%) 1fr;gap:6px 18px;margin:0 0 16px}
dt{color:var(--muted)}dd{margin:0}
.wide{overflow-x:auto;margin:14px 0}
table{border-collapse:collapse;width:100%;font-size:14.5px;font-variant-numeric:tabular-nums}
caption{caption-side:top;text-align:left;font-size:14px;padding:0 0 6px}
th,td{text-align:left;vertical-align:top;padding:5px 12px 5px 0;border-bottom:1px solid var(--grid);
min-width:72px;overflow-wrap:break-word}
thead th{border-bottom-width:2px;font-weight:600}tbody th{font-weight:500}
th.n,td.n{text-align:right;padding-right:24px}
details{margin:0 0 14px}summary{cursor:pointer;color:var(--accent);font-size:14.5px;padding:4px 0}
figure{margin:18px 0}figcaption{font-size:14px;margin-top:6px;max-width:72ch}
.plot{display:block;height:auto;max-width:100%}
.plot text{font-family:inherit}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(190px,1fr));gap:14px;padding:0;margin:0;list-style:none}
.cards.texts{grid-template-columns:repeat(auto-fill,minmax(280px,1fr))}
.cards li{border:1px solid var(--grid);border-radius:8px;overflow:hidden;margin:0;max-width:none}
.cards img{display:block;width:100%;height:170px;object-fit:contain;background:var(--page)}
.cards div{padding:8px 12px 10px;font-size:14px}
.cards strong{display:block;font-weight:600}
footer{padding-bottom:40px;font-size:14px}
@media (max-width:560px){section{padding:18px 16px;border-radius:8px}
header,main,footer{padding-left:12px;padding-right:12px}
dl{grid-template-columns:1fr;gap:0}dd{margin:0 0 8px}.headline{font-size:27px}h1{font-size:25px}
.cards{grid-template-columns:repeat(auto-fill,minmax(140px,1fr))}.cards.texts{grid-template-columns:1fr}}
@media print{:root{color-scheme:light;"""
    + _variables({**LIGHT, "page": "#ffffff"})
    + """}body{font-size:10.5pt}section{border:0;padding:0;margin:18px 0}nav,.skip{display:none}
h2,h3{break-after:avoid}figure,.cards li,tr,.note{break-inside:avoid}
thead{display:table-header-group}.wide{overflow:visible}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
"""
)
