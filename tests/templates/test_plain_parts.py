"""The plain text part reads like something a person wrote: paragraphs, lists, links, rows; nothing that was hidden."""

import pytest

from regulars.templates.plain import from_html


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One  two\n three</p><p>Four</p>", "One two three\n\nFour"),
        ("<h1>Head</h1><p>Text<br>more<br><br>rest</p>", "Head\n\nText\nmore\n\nrest"),
        ("a<div>b</div><div><div>c</div></div>d", "a\nb\nc\nd"),
        ("<ul><li>one</li><li>two <b>bold</b></li></ul>after", "- one\n- two bold\n\nafter"),
        ("<ol><li>one<ul><li>in</li></ul></li><li>two</li></ol>", "1. one\n  - in\n2. two"),
        ("<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>", "A  B\n1  2"),
        ("See <a href='https://x.example/a?b=1&amp;c=2'>our page</a>.", "See our page (https://x.example/a?b=1&c=2)."),
        ("<a href='https://x.example'>https://x.example</a>", "https://x.example"),
        ("<a href='https://x.example/'>x.example</a>", "x.example"),
        ("<a href='mailto:a@example.org'>a@example.org</a>", "a@example.org"),
        ("<a href='tel:+4420'>Call us</a>", "Call us (+4420)"),
        ("<a href='#top'>Up</a>", "Up"),
        ("<a href='https://x.example'><img src='i.png' alt='Summer sale'></a>", "Summer sale (https://x.example)"),
        ("<a href='https://x.example'><img src='i.png'></a>", "https://x.example"),
        ("5 &gt; 3 &amp; &nbsp;&euro;&#33; &lt;b&gt;", "5 > 3 & \xa0€! <b>"),
        ("<head><title>T</title><style>p{}</style></head><body>x<script>y</script></body>", "x"),
        ("<div style='display:none'>Preheader<div>deep</div><img alt='x'></div><p>Seen</p>", "Seen"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<p>a</p><hr><p>b</p>", "a\n\n--------------------\n\nb"),
        ("<!-- note --><p>x</p><!--[if mso]><p>outlook</p><![endif]-->", "x"),
        ("<p>\u200b</p><p> </p><p>x</p>", "x"),
        ("</p></a></ul>x<b", "x<b"),
        ("", ""),
    ],
)
def test_html_becomes_text(html: str, text: str) -> None:
    assert from_html(html) == text
