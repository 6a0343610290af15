"""What VM sizes cost in one region: a file's prices first, then the shipped table's of the same region, no other's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from simulator.scenario.format.catalogue import VmSize, canonical, price_key
from simulator.scenario.format.region_prices import DATE, HOME, prices_in
from simulator.states import PriceKind

KEYS: Final = tuple(price_key(kind, windows=windows) for kind in PriceKind for windows in (False, True))
_LINUX, _WINDOWS = (price_key(PriceKind.DEDICATED, windows=windows) for windows in (False, True))
_SPOT: Final = price_key(PriceKind.SPOT, windows=False)


@dataclass(frozen=True, slots=True)
class PriceList:
    """Prices that a scenario asks for by `prices:`; without any, those of the shipped sizes hold."""

    region: str | None = None
    """None = the scenario states no prices."""
    file: str = ""
    """Which file the rows are from, if any."""
    rows: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """What the file says: by lower-case name of the size and by key, USD per hour."""

    def described(self, name: str, known: VmSize | None) -> dict[str, Any]:
        """Return a size with its prices and where they are from; `known` is the shipped one of that name."""
        size = {} if known is None else known.model_dump(by_alias=True)
        if self.region is None:
            return size
        own = self.rows.get(canonical(name), {})
        found = {key: size.get(key) for key in KEYS} if self.region == HOME else self._listed(name)
        origins = dict.fromkeys((key for key, price in found.items() if price is not None), self._source)
        prices = {**dict.fromkeys(KEYS), **found, **own}
        origins = {key: source for key, source in origins.items() if key not in own}
        premium, linux = _premium(known), prices[_LINUX]
        if self.region != HOME and premium is not None and linux is not None and _WINDOWS not in own:
            prices[_WINDOWS] = round(linux + premium, 6)
            origins[_WINDOWS] = f"the Linux price of {self.region} and the Windows licence of {HOME}, assumed"
        return {**size, **prices, "region": self.region, "priceOrigins": origins}

    def _listed(self, name: str) -> dict[str, float | None]:
        """Return what the shipped table says of the region."""
        listed = prices_in(self.region or HOME).get(canonical(name))
        return {} if listed is None else {_LINUX: listed.dedicated, _SPOT: listed.spot}

    @property
    def _source(self) -> str:
        missing = f", as {self.file} has none" if self.file else ""
        return f"{self.region}, {DATE}{missing}"


def _premium(known: VmSize | None) -> float | None:
    """Return what Windows adds to the price of a shipped size, None where that is not known."""
    if known is None or known.dedicated_linux is None or known.dedicated_windows is None:
        return None
    return known.dedicated_windows - known.dedicated_linux
