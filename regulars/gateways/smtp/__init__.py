"""Email over SMTP (RFC 5321), handed to a server that takes it on: a relay of one's own, or a provider's submission port.

Commands and replies go through aiosmtplib. The mail itself and the way from DATA to the final dot are ours, because a
subject must arrive as it was written, and because the library cannot say whether the dot had left when a link was lost.
"""

from regulars.gateways.smtp.gateway import SmtpGateway
from regulars.gateways.smtp.settings import SmtpSettings

__all__ = ["SmtpGateway", "SmtpSettings"]
