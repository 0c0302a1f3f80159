"""Our words for FastMCP's refusals."""

from starlette.types import Message, Send

from caracalai_transport_mcp import Challenge

_REFUSALS = (401, 403, 405)
"""How FastMCP answers who is nobody. A preflight's 200, for one, is not about that."""

# What is said of the body, and of the refusal, is said by our answer.
_REPLACED = {
    b"content-type",
    b"content-length",
    b"content-encoding",
    b"cache-control",
    b"www-authenticate",
    b"allow",
}


def answering_with(answer: Challenge, send: Send) -> Send:
    """Sends an answer in place of FastMCP's refusal."""
    is_replaced = False

    async def send_answer(message: Message) -> None:
        nonlocal is_replaced
        if message["type"] == "http.response.start" and message["status"] in _REFUSALS:
            is_replaced = True
            body = answer.body.encode()
            await send({**message, "status": answer.status, "headers": _headers(answer, message)})
            await send({"type": "http.response.body", "body": body})
        elif not is_replaced:
            await send(message)

    return send_answer


def _headers(answer: Challenge, message: Message) -> list[tuple[bytes, bytes]]:
    kept = [
        (name, value)
        for name, value in message.get("headers", ())
        if bytes(name).lower() not in _REPLACED
    ]
    ours = [(name.encode(), value.encode("latin-1")) for name, value in answer.headers.items()]
    return [*kept, *ours, (b"content-length", str(len(answer.body.encode())).encode())]
