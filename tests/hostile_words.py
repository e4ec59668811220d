"""Words that would run as a script where a page takes them for anything but words."""

from typing import Any

_MARK = "window.pwned=1"
WORDS = (
    f"</script><script>{_MARK}</script>",
    f"<img src=x onerror='{_MARK}'>",
    f"\"'><svg onload={_MARK}>",
    f"javascript:{_MARK}",
    f'";{_MARK};//',
    f"`${{{_MARK}}}{{{{{_MARK}}}}}",
    f"\u2028{_MARK}\u2029//",
    f"--><!--<script>{_MARK}//",
    f"]]></style></title></text><script>{_MARK}</script>",
)


def escapes_in(browser: Any) -> list[str]:
    """What of WORDS the open page of a selenium browser has run, or made an element or address of."""
    return list(
        browser.execute_script(
            """
            const found = window.pwned ? ["a script ran"] : [];
            for (const element of document.querySelectorAll("*"))
              for (const { name, value } of element.attributes) {
                const address = ["src", "href", "action", "xlink:href"].includes(name);
                if (name.startsWith("on") || (address && /^\\s*javascript:/i.test(value)))
                  found.push(`<${element.localName} ${name}="${value}">`);
              }
            return found;
            """
        )
    )
