"""A stand-in name server (RFC 1035, over UDP): answers from a table, and on request refuses, or says nothing at all."""

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

type Zone = Mapping[str, Sequence[tuple[str, str]]]
"""Name → records as zone files write them: `{"example.org": [("TXT", '"v=spf1 -all"')]}`."""

TTL_S = 60


class NameServer:
    """Answers for the names of its zone on a port of loopback; a name it does not have is NXDOMAIN.

    `refuses` and `is_silent` are the names for which it answers REFUSED, or nothing.
    """

    def __init__(self, zone: Zone, *, refuses: Sequence[str] = (), is_silent: Sequence[str] = ()) -> None:
        self.zone = {dns.name.from_text(name): records for name, records in zone.items()}
        self.refuses = {dns.name.from_text(name) for name in refuses}
        self.is_silent = {dns.name.from_text(name) for name in is_silent}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"

    @contextlib.contextmanager
    def serving(self) -> Iterator["NameServer"]:
        """Answer in a thread until the block ends."""
        self.socket.settimeout(0.1)
        over = threading.Event()
        thread = threading.Thread(target=self._serve, args=[over], daemon=True)
        thread.start()
        try:
            yield self
        finally:
            over.set()
            thread.join()
            self.socket.close()

    def _serve(self, over: threading.Event) -> None:
        while not over.is_set():
            with contextlib.suppress(TimeoutError, dns.exception.DNSException):
                asked, client = self.socket.recvfrom(4096)
                if (answer := self.answer(dns.message.from_wire(asked))) is not None:
                    self.socket.sendto(answer.to_wire(), client)

    def answer(self, query: dns.message.Message) -> dns.message.Message | None:
        """What is answered to a question; None is silence."""
        asked = query.question[0]
        if asked.name in self.is_silent:
            return None
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if asked.name in self.refuses:
            answer.set_rcode(dns.rcode.REFUSED)
        elif asked.name not in self.zone:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        else:
            kind = dns.rdatatype.to_text(asked.rdtype)
            if found := [text for each, text in self.zone[asked.name] if each == kind]:
                answer.answer.append(dns.rrset.from_text(asked.name, TTL_S, "IN", kind, *found))
        return answer
