"""A model of the virtual file system in plain dictionaries, written from the contract and independent of the local Orion."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

KINDS = ("file", "dataset", "collection")


@dataclass(eq=False)
class Item:
    """A file, dataset or collection; `folder` is the absolute path of its folder."""

    kind: str
    id: int | None
    name: str
    folder: str
    owner: str
    size: int | None = None
    count: int | None = None
    complete: bool = True
    trashed: bool = False

    @property
    def path(self) -> str:
        return f"{self.folder}/{self.name}"

    @property
    def address(self) -> str:
        return f"{self.kind}://{self.id}"


class Problem(NamedTuple):
    """A rejection: the status, and the code if it is specified."""

    status: int
    code: str = ""


INVALID, FORBIDDEN, MISSING = Problem(400), Problem(403), Problem(404)
EXISTS, AMBIGUOUS, NOT_EMPTY = Problem(409, "exists"), Problem(409, "ambiguous"), Problem(409, "not_empty")
Node = Item | str  # an item, or the path of a folder or root


class Rejected(Exception):
    """A path cannot be resolved."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = {*problems}


@dataclass
class Model:
    """The state: users by root, owners by folder, and items.

    Methods that change the state return the problems for which the server may reject the operation; empty if it must succeed.
    """

    roots: dict[str, set[str]]
    folders: dict[str, str] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)
    #: Trashed items of folders that were moved: where the trash shows them is not specified.
    unspecified: list[Item] = field(default_factory=list)

    # ---------------------------------------------------------------- questions

    def root_of(self, path: str) -> str:
        """Return the root of a path, or reject a path outside every form of a root."""
        names = path.split("/")[1:]
        if names[0] == "organization":
            return "/organization"
        if len(names) >= 3 and names[0] == "project" and names[1].isdigit():
            if names[2] == "team":
                return "/".join(["", *names[:3]])
            if len(names) >= 4 and (names[2] == "user" or (names[2] == "workspace" and names[3].isdigit())):
                return "/".join(["", *names[:4]])
        raise Rejected(INVALID)

    def is_visible(self, user: str, path: str) -> bool:
        return user in self.roots.get(self.root_of(path), ())

    def may_change(self, user: str, node: Node) -> bool:
        place, owner = (node, self.folders[node]) if isinstance(node, str) else (node.folder, node.owner)
        return self.is_visible(user, place) and (owner == user or self.root_of(place) != "/organization")

    def is_folder(self, path: str) -> bool:
        return path in self.roots or path in self.folders

    def named(self, path: str) -> list[Item]:
        return [item for item in self.items if not item.trashed and item.path == path]

    def below(self, folder: str) -> list[Node]:
        """Return everything in a folder, at any depth, outside the trash."""
        items = [item for item in self.items if not item.trashed and f"{item.folder}/".startswith(f"{folder}/")]
        return [*(path for path in self.folders if path.startswith(f"{folder}/")), *items]

    def listed(self, folder: str) -> list[Node]:
        """Return everything directly in a folder."""
        return [
            node
            for node in self.below(folder)
            if (node.folder if isinstance(node, Item) else node.rpartition("/")[0]) == folder
        ]

    def locate(self, user: str, given: str) -> Node:
        """Resolve a path or an address."""
        if "://" in given:
            found = [item for item in self.items if item.address == given and not item.trashed]
            if not found:
                raise Rejected(MISSING)
            if not self.is_visible(user, found[0].folder):
                raise Rejected(MISSING, FORBIDDEN)
            return found[0]
        path = normalize(given)
        if not self.is_visible(user, path):
            raise Rejected(MISSING)
        if self.is_folder(path):
            return path
        items = self.named(path)
        if len(items) != 1:
            raise Rejected(AMBIGUOUS if items else MISSING)
        return items[0]

    # ---------------------------------------------------------------- operations

    def mkdir(self, user: str, paths: list[str], parents: bool) -> set[Problem]:
        problems: set[Problem] = set()
        new: dict[str, str] = {}
        for path in map(normalize, paths):
            try:
                root = self.root_of(path)
                if not self.is_visible(user, path):
                    problems.add(MISSING)
                    continue
            except Rejected as error:
                problems |= error.problems
                continue
            parent = path.rpartition("/")[0]
            if not parents:
                if self.is_folder(path) or path in new:
                    problems.add(EXISTS)
                elif not (self.is_folder(parent) or parent in new):
                    problems.add(MISSING)
            while path != root:
                new[path] = user
                path = path.rpartition("/")[0]
        if not problems:
            self.folders = {**new, **self.folders}
        return problems

    def put(self, item: Item) -> None:
        """Add an item that was created in a folder, which is created if missing."""
        self.mkdir(item.owner, [item.folder], parents=True)
        self.items.append(item)

    def _locate_all(self, user: str, sources: list[str]) -> tuple[list[Node], set[Problem]]:
        nodes: list[Node] = []
        problems: set[Problem] = set()
        for given in sources:
            try:
                node = self.locate(user, given)
            except Rejected as error:
                problems |= error.problems
                continue
            if node in self.roots:
                problems.add(INVALID)
            else:
                nodes.append(node)
        for index, node in enumerate(nodes):
            for other in nodes[:index] + nodes[index + 1 :]:
                if node is other or node == other or (isinstance(other, str) and node in self.below(other)):
                    problems.add(INVALID)
        return nodes, problems

    def transfer(
        self, user: str, sources: list[str], destination: str, *, force: bool, recursive: bool = False, move: bool
    ) -> set[Problem]:
        """Copy or move."""
        nodes, problems = self._locate_all(user, sources)
        target = normalize(destination)
        name, into = "", target
        try:
            if "://" in destination:
                raise Rejected(INVALID)
            if not self.is_visible(user, target):
                raise Rejected(MISSING)
            if not self.is_folder(target):
                into, _, name = target.rpartition("/")
                if destination.endswith("/"):
                    raise Rejected(MISSING)
                if not self.is_folder(into):
                    problems.add(MISSING)
                if len(sources) > 1:
                    raise Rejected(INVALID)
        except Rejected as error:
            return problems | error.problems
        names: list[str] = []
        replaced: list[Item] = []
        for node in nodes:
            own = name or (node.rpartition("/")[2] if isinstance(node, str) else node.name)
            place = f"{into}/{own}"
            existing = [item for item in self.named(place) if item is not node]
            if isinstance(node, str):
                if f"{into}/".startswith(f"{node}/"):
                    problems.add(INVALID)
                if not move and not recursive:
                    problems.add(INVALID)
                if place == node:
                    problems |= {INVALID, EXISTS}
            elif node.path == place:
                problems |= {INVALID, EXISTS}
            if self.is_folder(place) or own in names:
                problems.add(EXISTS)
            if existing and not force:
                problems.add(EXISTS)
            if existing and force:
                if len(existing) > 1:
                    problems.add(AMBIGUOUS)
                if not all(self.may_change(user, item) for item in existing):
                    problems.add(FORBIDDEN)
            content = [node, *(self.below(node) if isinstance(node, str) else ())]
            if move and not all(self.may_change(user, each) for each in content):
                problems.add(FORBIDDEN)
            if not move and not all(each.complete for each in content if isinstance(each, Item)):
                problems.add(Problem(409))
            names.append(own)
            replaced += existing
        if problems:
            return problems
        for item in replaced:
            item.trashed = True
        for node, own in zip(nodes, names, strict=True):
            (self._move if move else self._copy)(user, node, into, own)
        return set()

    def _move(self, user: str, node: Node, into: str, name: str) -> None:  # noqa: ARG002 - the owner stays
        if isinstance(node, Item):
            node.folder, node.name = into, name
            return
        new = f"{into}/{name}"
        for item in self.items:
            if f"{item.folder}/".startswith(f"{node}/"):
                if item.trashed:
                    self.unspecified.append(item)
                item.folder = new + item.folder[len(node) :]
        self.folders = {
            new + path[len(node) :] if f"{path}/".startswith(f"{node}/") else path: owner
            for path, owner in self.folders.items()
        }

    def _copy(self, user: str, node: Node, into: str, name: str) -> None:
        new = f"{into}/{name}"
        if isinstance(node, Item):
            self.items.append(Item(node.kind, None, name, into, user, node.size, node.count))
            return
        content = self.below(node)
        self.folders[new] = user
        for each in content:
            if isinstance(each, str):
                self.folders[new + each[len(node) :]] = user
            else:
                folder = new + each.folder[len(node) :]
                self.items.append(Item(each.kind, None, each.name, folder, user, each.size, each.count))

    def rm(
        self, user: str, sources: list[str], *, recursive: bool, immediate: bool, dry_run: bool
    ) -> tuple[set[Problem], list[Node]]:
        """Return the problems, and what is removed."""
        nodes, problems = self._locate_all(user, sources)
        removed: list[Node] = []
        for node in nodes:
            content = self.below(node) if isinstance(node, str) else []
            if content and not recursive:
                problems.add(NOT_EMPTY)
            removed += [node, *content]
        if not all(self.may_change(user, node) for node in removed):
            problems.add(FORBIDDEN)
        if problems or dry_run:
            return problems, removed
        for node in removed:
            if isinstance(node, str):
                del self.folders[node]
            elif immediate:
                self.items.remove(node)
            else:
                node.trashed = True
        return set(), removed


def normalize(path: str) -> str:
    """Remove repeated and trailing slashes."""
    return "/" + "/".join(name for name in path.split("/") if name)
