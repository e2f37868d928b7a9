"""What travels over the broker, described as AsyncAPI 3.0: one channel, one kind of letter, signed."""

from typing import Any

import orjson
from pydantic.json_schema import models_json_schema

from regulars.contract.changes import Batch
from regulars.gateways.rabbitmq import pipes
from regulars.gateways.rabbitmq.pipes import Pipe

VERSION = "1"
_SCHEMAS = "#/components/schemas/{model}"
_HEADERS = {
    "type": "object",
    "required": [pipes.SIGNATURE],
    "properties": {
        pipes.SIGNATURE: {
            "type": "string",
            "pattern": "^t=[0-9]+,v1=[0-9a-f]{64}$",
            "description": "Unix seconds, and HMAC-SHA256 over time and body with the key that both systems share.",
        }
    },
}


def document() -> dict[str, Any]:
    """The whole document; names on the broker are those of an installation that chose no other prefix."""
    _, schemas = models_json_schema([(Batch, "validation")], ref_template=_SCHEMAS)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Regulars: letters to Smart Communications",
            "version": VERSION,
            "description": "Loyalty tells of members and of the state of Mailings on whole channels. A letter is taken whole,"
            " once for its message id; what can never be taken goes to the dead letters.",
        },
        "defaultContentType": "application/json",
        "channels": {"letters": _channel(Pipe("regulars", "smartcomms"))},
        "operations": {
            "tell": _operation(
                "send", "Loyalty publishes, persistent and mandatory, and waits for the broker's confirm."
            ),
            "take": _operation(
                "receive", "Smart Communications takes letters, in any order and as often as they come."
            ),
        },
        "components": {
            "messages": {
                "batch": {
                    "name": "batch",
                    "title": "Members, then consent",
                    "headers": _HEADERS,
                    "payload": {"$ref": "#/components/schemas/Batch"},
                    "description": "Its message id (a property of AMQP) names it: the same id again does nothing.",
                }
            },
            "schemas": {**schemas["$defs"]},
        },
    }


def as_json() -> bytes:
    """The document as it is committed and served."""
    return orjson.dumps(document(), option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _channel(pipe: Pipe) -> dict[str, Any]:
    return {
        "address": pipe.system,
        "title": "The pipe to Smart Communications",
        "description": f"Another prefix than `{pipe.prefix}` is set by REGULARS_RABBITMQ_PREFIX, on both sides."
        f" Letters that nobody could take lie in `{pipe.dead_queue}` for thirty days.",
        "messages": {"batch": {"$ref": "#/components/messages/batch"}},
        "bindings": {
            "amqp": {
                "is": "routingKey",
                "exchange": {
                    "name": pipe.exchange,
                    "type": "direct",
                    "durable": True,
                    "autoDelete": False,
                    "vhost": "/",
                },
                "queue": {"name": pipe.queue, "durable": True, "autoDelete": False, "vhost": "/"},
                "bindingVersion": "0.3.0",
            }
        },
    }


def _operation(action: str, summary: str) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": "#/channels/letters"},
        "summary": summary,
        "messages": [{"$ref": "#/channels/letters/messages/batch"}],
        "bindings": {"amqp": {"deliveryMode": 2, "mandatory": True, "ack": True, "bindingVersion": "0.3.0"}},
    }
