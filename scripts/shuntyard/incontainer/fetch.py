"""Fetches the image with the credentials of its registry, which are gone before the first test runs."""

from __future__ import annotations

from collections.abc import Mapping

from shuntyard.console import Console
from shuntyard.contract import Value
from shuntyard.engine.choose import choose
from shuntyard.errors import ShuntyardError
from shuntyard.images.registry import Credentials, host, logged_in
from shuntyard.incontainer.order import Order


def fetch(order: Order, inputs: Mapping[str, Value], env: Mapping[str, str], console: Console) -> None:
    """Fetches it where credentials are given; without them the engine fetches it as the machine is logged in.

    What goes wrong is told, and left to the row to fail of: only then is there a result that says so. Raises
    ShuntyardError for half of a pair of credentials.
    """
    credentials = Credentials(username=str(inputs["registry-username"]), password=str(inputs["registry-password"]))
    if order.engine is None or not credentials.username:
        return
    with logged_in(env, {host(order.image.name): credentials}) as file:
        login = {"REGISTRY_AUTH_FILE": str(file), "DOCKER_CONFIG": str(file.parent)} if file else {}
        try:
            engine = choose(order.engine.name, {**env, **login})
            if engine is not None:
                engine.pull(order.image.name)
        except ShuntyardError as error:
            console.warn(f"with {' and '.join(credentials.names)}: {error.message}", title="the image is not fetched")
