"""The addresses in an offer, where aiortc looks for them.

Browsers name theirs once, in the section that all others are bundled with (RFC 9143, section 7.2.1). aiortc takes those of the last section
that begins on a transport, and with `max-bundle` all begin on one: it would know none, and wait until it is asked.
"""


def spread_candidates(sdp: str) -> str:
    """Return the offer with the candidates of its first section in each later one that has none."""
    session, *sections = _sections(sdp)
    if not sections or not any(line.startswith("a=group:BUNDLE ") for line in session):
        return sdp
    first = [line for line in sections[0] if line.startswith("a=candidate:")]
    for section in sections[1:]:
        if not any(line.startswith("a=candidate:") for line in section):
            section += first
    return "\r\n".join(line for section in (session, *sections) for line in section) + "\r\n"


def _sections(sdp: str) -> list[list[str]]:
    """Split a description into its lines, those of the session first."""
    found: list[list[str]] = [[]]
    for line in sdp.splitlines():
        if line.startswith("m="):
            found.append([])
        found[-1].append(line)
    return found
