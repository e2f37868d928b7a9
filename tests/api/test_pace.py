"""A key makes so many requests a second, and ten times as many at once; beyond that it is told how long to wait."""

import json

import pytest
from django.test import Client

from regulars.access import actions as access
from regulars.api import pace
from regulars.api.pace import Pace, TooManyRequests
from tests import make


class Clock:
    at = 0.0

    def __call__(self):
        return self.at


@pytest.fixture
def ticks():
    return Clock()


def passes(bucket, key, per_second, times):
    done = 0
    for _ in range(times):
        try:
            bucket.take(key, per_second)
        except TooManyRequests:
            break
        done += 1
    return done


def test_a_burst_passes_and_then_the_pace_holds(ticks):
    bucket = Pace(ticks)

    assert passes(bucket, "a", 5, 100) == 50
    ticks.at += 1
    assert passes(bucket, "a", 5, 100) == 5
    ticks.at += 3600
    assert passes(bucket, "a", 5, 100) == 50


def test_keys_do_not_wait_for_each_other(ticks):
    bucket = Pace(ticks)
    passes(bucket, "a", 5, 100)

    assert passes(bucket, "b", 5, 100) == 50


def test_the_wait_is_told_and_is_enough(ticks):
    bucket = Pace(ticks)
    passes(bucket, "a", 0.25, 100)
    with pytest.raises(TooManyRequests) as refused:
        bucket.take("a", 0.25)

    ticks.at += refused.value.extra["retry_after_s"]
    bucket.take("a", 0.25)


def test_zero_lets_everything_pass(ticks):
    assert passes(Pace(ticks), "a", 0, 10_000) == 10_000


def test_many_keys_do_not_fill_the_memory(ticks, monkeypatch):
    monkeypatch.setattr(pace, "MOST_KEYS", 10)
    bucket = Pace(ticks)
    for number in range(100):
        bucket.take(str(number), 5)

    assert len(bucket._left) <= 10


@pytest.mark.django_db
def test_over_http_it_is_a_429_with_retry_after_before_anything_is_done(settings, monkeypatch, ticks):
    settings.REQUESTS_PER_KEY = 0.1
    monkeypatch.setattr(pace, "_pace", Pace(ticks))
    make.programme()
    keys = [access.issue_till_key(make.till().pk, by=make.BY, at=make.AT) for _ in range(2)]

    def ask(key):
        return Client().get("/api/pos/v1/purchases", headers={"Authorization": f"Bearer {key}"})

    first, second = ask(keys[0]), ask(keys[0])

    assert (first.status_code, second.status_code) == (200, 429)
    told = json.loads(second.content)
    assert (told["code"], told["retry_after_s"], second["Retry-After"]) == ("too_many_requests", 10, "10")
    assert second["Content-Type"] == "application/problem+json"
    assert ask(keys[1]).status_code == 200
