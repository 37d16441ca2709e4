"""What a generated organisation keeps in the Password Manager, and whom it is open to."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from . import shapes
from .holdings import Group
from .people import FIRST_DAY, Place, object_id
from .shapes import Json

FOLDERS = ("Marketing accounts", "Shipping portals", "Office suppliers")
SHARED = 4  # items in each
OWN = 3  # items of one person, which lie in no folder and are open to nobody else
LOGIN = 1  # what JumpCloud calls a login with name and password is not public


class Vault(NamedTuple):
    items: list[Json]
    folders: list[Json]
    edges: list[Json]


def vault(place: Place, made: list[Group], users: list[Json]) -> Vault:
    """Each folder is open to a group and two people; one item is bound to somebody by itself."""
    chance = place.chance("vault")
    folders = [_folder(chance, name) for name in FOLDERS]
    items = [
        _item(chance, f"{name} {number}", folder["uuid"])
        for folder, name in zip(folders, FOLDERS, strict=True)
        for number in range(1, SHARED + 1)
    ]
    items += [_item(chance, f"Own login {number}", "") for number in range(1, OWN + 1)]
    people = [{"type": "user", "id": user["_id"]} for user in users]
    edges = []
    for folder in folders:
        one = {"type": "password_folder", "id": folder["uuid"]}
        group = chance.choice(made).record
        edges.append(shapes.edge(one, {"type": "user_group", "id": group["id"]}))
        edges += [shapes.edge(one, person) for person in chance.sample(people, 2)]
    bound = {"type": "password_manager_item", "id": items[0]["id"]}
    edges.append(shapes.edge(chance.choice(people), bound))
    return Vault(items, folders, edges)


def _folder(chance: Random, name: str) -> Json:
    key = object_id(chance, FIRST_DAY)
    return {"uuid": f"{key[:8]}-{key[8:12]}-4000-8000-{key[12:]}", "name": name}


def _item(chance: Random, name: str, folder: str) -> Json:
    key = object_id(chance, FIRST_DAY)
    return {
        "id": key,
        "itemUuid": f"{key[:8]}-{key[8:12]}-4000-9000-{key[12:]}",
        "folderUuid": folder,
        "nickname": name,
        "field1": f"sandbox-secret field1 {key}",
        "type": LOGIN,
    }
