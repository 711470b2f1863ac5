"""Names that somebody may give a product, a plan or a place, to no good end."""

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    '#read("/etc/passwd")',
    '#import "@preview/x": *',
    '=HYPERLINK("http://a.example","x")',
    "\\input{/etc/passwd}",
    "$\\frac{1}{2}$ $$",
    "{name} {0} %s %(x)s ~ | **",
    "../../etc/passwd",
    "'; DROP TABLE orders; --",
    "]]></text><svg onload=alert(1)>&#x3c;",
    "abc\u202egnp.exe\u2066 \u200fabc",
    "zero\u200bwidth\ufeff\u2060\u00ad",
    "line\r\nends\tand\x00control\x1b[31m",
    "堃喆㛃𠮷䶮",
    "z" + "\u0301" * 60,
    "W" * 5000,
    "购" * 5000,
    "a long name of many words " * 200,
    " ",
)
