"""The pricing engine: pure, without a database, the same answer everywhere."""

from regulars.kit.money import MoneyOverflow as MoneyOverflow
from regulars.loyalty.offers.engine.outcome import Outcome as Outcome
from regulars.loyalty.offers.engine.outcome import sentence as sentence
from regulars.loyalty.offers.engine.price import Earning as Earning
from regulars.loyalty.offers.engine.price import Priced as Priced
from regulars.loyalty.offers.engine.price import PricedLine as PricedLine
from regulars.loyalty.offers.engine.price import price as price
from regulars.loyalty.offers.engine.receipt import BadReceipt as BadReceipt
from regulars.loyalty.offers.engine.receipt import Line as Line
from regulars.loyalty.offers.engine.receipt import MemberFacts as MemberFacts
from regulars.loyalty.offers.engine.receipt import PointsPayTooMuch as PointsPayTooMuch
from regulars.loyalty.offers.engine.receipt import Receipt as Receipt
from regulars.loyalty.offers.engine.receipt import RoundingMode as RoundingMode
from regulars.loyalty.offers.engine.receipt import Terms as Terms
from regulars.loyalty.offers.engine.rule import BadRule as BadRule
from regulars.loyalty.offers.engine.rule import OfferRule as OfferRule
from regulars.loyalty.offers.engine.rule import from_json as from_json
from regulars.loyalty.offers.engine.rule import to_json as to_json
from regulars.loyalty.offers.engine.snapshot import Snapshot as Snapshot
from regulars.loyalty.offers.engine.snapshot import compile as compile
