"""Prices of a region: the shipped table's, or those of a saved answer of the public retail-prices service.

The rules of that answer (docs/model.md#prices): the tier is the suffix of the SKU's name (`Low Priority`,
`Spot`, none for dedicated), Windows is the suffix of the product's name; of several rows the latest counts.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from simulator.errors import InputError
from simulator.files import Folder, is_file
from simulator.scenario.checks.findings import Finding
from simulator.scenario.checks.ids import near
from simulator.scenario.format.catalogue import canonical, price_key
from simulator.scenario.format.price_list import PriceList
from simulator.scenario.format.region_prices import normal, regions
from simulator.scenario.format.section import LARGEST_AMOUNT, fold
from simulator.scenario.reading.documents import Document
from simulator.states import PriceKind

Rows = dict[str, dict[str, float]]
_IGNORED: Final = ("Cloud Services", "Dedicated Host")
_FORM: Final = "expected {region: westeurope} for the shipped prices, or {file: prices.json, region: westeurope}"
_TIERS: Final = {" Low Priority": PriceKind.LOW_PRIORITY, " Spot": PriceKind.SPOT}


def take_prices(data: Mapping[Any, Any], folder: Folder) -> tuple[dict[Any, Any], PriceList, list[Finding]]:
    """Return a scenario document without its `prices`, these, and what is wrong with them."""
    key = next((key for key in data if isinstance(key, str) and fold(key) == "prices"), None)
    if key is None:
        return dict(data), PriceList(), []
    rest = {name: value for name, value in data.items() if name != key}
    wanted = {"file": data[key]} if isinstance(data[key], str) else data[key]
    if not isinstance(wanted, Mapping) or not wanted or set(wanted) - {"file", "region"}:
        return rest, PriceList(), [Finding(_FORM, (key,))]
    if not all(isinstance(value, str) and value for value in wanted.values()):
        return rest, PriceList(), [Finding(_FORM, (key,))]
    region = normal(wanted["region"]) if "region" in wanted else None
    if "file" in wanted:
        return rest, *_of_file(folder, wanted["file"], region, key)
    if region not in regions():
        text = f"no prices of the region '{wanted['region']}' are shipped{near(str(region), regions())}"
        return rest, PriceList(), [Finding(f"{text}; a saved price list of it can be named as file", (key, "region"))]
    return rest, PriceList(region), []


def _of_file(folder: Folder, name: str, region: str | None, key: str) -> tuple[PriceList, list[Finding]]:
    try:
        path = folder.file(name)
    except InputError as error:
        return PriceList(), [Finding(f"{name} {error.problems[0].message}", (key, "file"))]
    if not is_file(path):
        return PriceList(), [Finding(f"{name} cannot be read: no such file", (key, "file"))]
    try:
        found, rows = read_prices(Document(path), region)
    except InputError as error:
        return PriceList(), [Finding(one.message, (key, "file"), problem=one) for one in error.problems]
    return PriceList(found, name, rows), []


def read_prices(document: Document, region: str | None) -> tuple[str, Rows]:
    """Return the region and its prices, by lower-case name of the size and by key."""
    counted = [item for item in _items(document.data) if _counts(item)]
    rows = [item for item in counted if region in (None, normal(str(item.get("armRegionName"))))]
    found = sorted({normal(str(item.get("armRegionName"))) for item in rows})
    if not rows:
        where = f" of the region {region!r}" if region else ""
        raise InputError([document.problem(f"no hourly consumption price of a virtual machine{where} found here", ())])
    if len(found) > 1:
        listed = ", ".join(found[:5])
        raise InputError([document.problem(f"prices of several regions ({listed}, ...): name one as region", ())])
    prices: Rows = {}
    for item in sorted(rows, key=lambda item: str(item.get("effectiveStartDate", ""))):
        price, name = item.get("retailPrice"), str(item.get("armSkuName", ""))
        if price is None:
            continue
        if isinstance(price, bool) or not isinstance(price, int | float) or not 0 <= price <= LARGEST_AMOUNT:
            text = f"retailPrice of {name}: expected USD an hour, a number from 0 to {LARGEST_AMOUNT:,.0f}"
            raise InputError([document.problem(text, ())])
        prices.setdefault(canonical(name), {})[_key(item)] = float(price)
    return found[0], prices


def _items(data: object) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of an answer, of several pages of one, or of a bare list."""
    pages = data if isinstance(data, list) and data and isinstance(data[0], Mapping) and "Items" in data[0] else [data]
    for page in pages:
        items = page.get("Items") if isinstance(page, Mapping) else page
        yield from (item for item in items if isinstance(item, Mapping)) if isinstance(items, list) else ()


def _counts(item: Mapping[str, Any]) -> bool:
    return (
        item.get("type", "Consumption") == "Consumption"
        and item.get("unitOfMeasure", "1 Hour") == "1 Hour"
        and item.get("currencyCode", "USD") == "USD"
        and not str(item.get("productName", "")).startswith(_IGNORED)
    )


def _key(item: Mapping[str, Any]) -> str:
    """Return which price of a size a row is."""
    names = [str(item.get(name, "")) for name in ("skuName", "meterName")]
    tiers = [kind for end, kind in _TIERS.items() if any(name.endswith(end) for name in names)]
    kind = tiers[0] if tiers else PriceKind.DEDICATED
    return price_key(kind, windows=str(item.get("productName", "")).endswith("Windows"))
