"""What a sender holds in its hand: claimed messages by lane, the most urgent first."""

from collections import deque
from collections.abc import Sequence

from regulars.messages.intents import Claimed

_ROOM = (20, 50, 200)


class Hand:
    """Claimed messages that wait for a free place in the window, in three lanes that do not fill each other up."""

    def __init__(self) -> None:
        self._lanes: tuple[deque[tuple[float, Claimed]], ...] = (deque(), deque(), deque())

    def __len__(self) -> int:
        return sum(map(len, self._lanes))

    def room(self, most: float) -> list[int]:
        """Say how many messages of each lane may be added if at most `most` of one lane are wanted."""
        return [max(0, int(min(room, most)) - len(lane)) for room, lane in zip(_ROOM, self._lanes, strict=True)]

    def add(self, messages: Sequence[Claimed], *, lease_ends: float) -> None:
        """Take messages whose lease ends at this second of the monotonic clock."""
        for message in messages:
            self._lanes[message.lane].append((lease_ends, message))

    def take(self, count: int, parts: int, *, now: float) -> list[Claimed]:
        """Take out up to so many messages of up to so many parts together; those whose lease is over are let fall.

        A message with more parts than are ever allowed at once goes alone.
        """
        taken: list[Claimed] = []
        for lane in self._lanes:
            while lane and len(taken) < count:
                lease_ends, message = lane[0]
                if lease_ends > now:
                    if taken and message.parts > parts:
                        return taken
                    taken.append(message)
                    parts -= message.parts
                lane.popleft()
        return taken

    def empty(self) -> list[Claimed]:
        """Take out everything."""
        everything = [message for lane in self._lanes for _, message in lane]
        for lane in self._lanes:
            lane.clear()
        return everything
