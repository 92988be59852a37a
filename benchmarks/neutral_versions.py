"""Versions and ranges of files of the form resolver-neutral/1."""


def key(text):
    core, _, pre = text.partition("-")
    numbers = tuple(int(part) for part in core.split("+")[0].split("."))
    if not pre:
        return (numbers, 1, ())
    parts = tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in pre.split("+")[0].split("."))
    return (numbers, 0, parts)


def bounds(text):
    if text == "!":
        return []
    parts = []
    for part in text.split("||"):
        low = high = None
        for word in part.split():
            if word.startswith(">="):
                low = key(word[2:])
            elif word.startswith("<"):
                high = key(word[1:])
        parts.append((low, high))
    return parts


ALLOWED = {}


def allows(text, version):
    place = (text, version)
    if place not in ALLOWED:
        found = key(version)
        ALLOWED[place] = any((low is None or found >= low) and (high is None or found < high)
                             for low, high in bounds(text))
    return ALLOWED[place]
