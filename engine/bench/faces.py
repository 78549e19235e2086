"""The presenters as the appliance shows them, to know where in a picture to look."""

from pathlib import Path

from engine.errors import InvalidInputError
from engine.layers.replica.presenter.cast import Cast
from engine.layers.replica.presenter.replica import PresenterReplica
from engine.settings import PICTURES
from engine.store.stock import load_stock
from models.shipped import shipped


def shipped_presenters() -> Path:
    """Return the folder of the bundles that come with the product."""
    return shipped("presenters")


def stock_face(replica_id: str, size: tuple[int, int] = PICTURES["512"]) -> PresenterReplica:
    """Load the face of a stock replica; blocking. Raises InvalidInputError, ModelUnavailableError."""
    fields = next((stock.fields for stock in load_stock().replicas if stock.replica_id == replica_id), None)
    if fields is None:
        raise InvalidInputError("replica_id", replica_id, "a stock replica's is")
    cast = Cast(shipped_presenters(), shipped("backdrops"), width=size[0], height=size[1])
    return cast.replica(str(fields.get("presenter") or ""), str(fields.get("backdrop") or ""))


def replicas_by_presenter() -> dict[str, str]:
    """Return for each presenter that a stock replica shows the id of the first that does."""
    found: dict[str, str] = {}
    for stock in load_stock().replicas:
        found.setdefault(str(stock.fields.get("presenter") or ""), stock.replica_id)
    return found
