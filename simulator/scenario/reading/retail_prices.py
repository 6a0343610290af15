"""Prices from a saved answer of the public retail-prices service.

The rules of that answer (docs/model.md#prices): the tier is the suffix of the SKU's name (`Low Priority`,
`Spot`, none for dedicated), Windows is the suffix of the product's name; of several rows the latest counts.
"""

from collections.abc import Mapping
from typing import Any, Final

from simulator.errors import InputError, Problem
from simulator.scenario.reading.documents import Document
from simulator.scenario.reading.includes import Sources

Prices = dict[str, dict[str, float]]
_IGNORED: Final = ("Cloud Services", "Dedicated Host")


def take_prices(sources: Sources) -> tuple[Prices, list[Problem]]:
    """Remove `prices: {file: ..., region: ...}` from the scenario and return them: USD per hour by lower-case name."""
    if not isinstance(sources.data, dict) or "prices" not in sources.data:
        return {}, []
    wanted = sources.data.pop("prices")
    sources.data = {**sources.data}
    if isinstance(wanted, str):
        wanted = {"file": wanted}
    if not isinstance(wanted, Mapping) or set(wanted) - {"file", "region"} or not isinstance(wanted.get("file"), str):
        return {}, [sources.root.problem("expected {file: prices.json, region: eastus}", ("prices",))]
    path = sources.root.path.parent / wanted["file"]
    if not path.is_file():
        return {}, [sources.root.problem(f"{wanted['file']} cannot be read: no such file", ("prices", "file"))]
    try:
        document = Document(path)
        return read_prices(document, wanted.get("region")), []
    except InputError as error:
        return {}, list(error.problems)


def read_prices(document: Document, region: str | None) -> Prices:
    """Read the rows of one region."""
    data = document.data
    pages = data if isinstance(data, list) and data and "Items" in data[0] else [data]
    items = [
        item
        for page in pages
        for item in (page.get("Items", []) if isinstance(page, Mapping) else page if isinstance(page, list) else [])
        if isinstance(item, Mapping)
    ]
    rows = [item for item in items if _counts(item) and region in (None, item.get("armRegionName"))]
    regions = sorted({str(item.get("armRegionName")) for item in rows})
    if not rows:
        where = f" of the region {region!r}" if region else ""
        raise InputError([document.problem(f"no hourly consumption price of a virtual machine{where} found here", ())])
    if len(regions) > 1:
        listed = ", ".join(regions[:5])
        raise InputError([document.problem(f"prices of several regions ({listed}, ...): name one as region", ())])
    prices: Prices = {}
    for item in sorted(rows, key=lambda item: str(item.get("effectiveStartDate", ""))):
        price = item.get("retailPrice")
        if isinstance(price, int | float) and not isinstance(price, bool) and price >= 0:
            prices.setdefault(str(item.get("armSkuName", "")).lower(), {})[_column(item)] = float(price)
    return prices


def _counts(item: Mapping[str, Any]) -> bool:
    return (
        item.get("type", "Consumption") == "Consumption"
        and item.get("unitOfMeasure", "1 Hour") == "1 Hour"
        and item.get("currencyCode", "USD") == "USD"
        and not str(item.get("productName", "")).startswith(_IGNORED)
        and not str(item.get("skuName", "")).endswith(" Spot")
    )


def _column(item: Mapping[str, Any]) -> str:
    kind = "lowPriority" if str(item.get("skuName", "")).endswith(" Low Priority") else "dedicated"
    return kind + ("Windows" if str(item.get("productName", "")).endswith("Windows") else "Linux")
