"""SMS over SMPP 3.4.

The octets of messages are written and read by smpp34's codec. The session is ours, because three promises cannot be
kept with that library's client: it answers a receipt before we have recorded it, it reports a refused sign-in as a
time-out, and it cannot say which messages had left when a link was lost.
"""

from regulars.gateways.smpp.connection import SmppGateway
from regulars.gateways.smpp.settings import SmppSettings

__all__ = ["SmppGateway", "SmppSettings"]
