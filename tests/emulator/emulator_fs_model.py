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
                if path in self.folders or path in new:
                    problems.add(EXISTS)
                elif path != root and not (self.is_folder(parent) or parent in new):
                    problems.add(MISSING)
            if path == root:
                problems |= set() if parents else {EXISTS, INVALID}
                continue
            new[path] = user
            while parent != root:
                new[parent] = user
                parent = parent.rpartition("/")[0]
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
        for node in nodes:
            problems |= self._check_source(user, node, recursive=recursive or move, move=move)
        try:
            into, name = self._find_target(user, destination, several=len(sources) > 1)
        except Rejected as error:
            return problems | error.problems
        names = [name or (node.rpartition("/")[2] if isinstance(node, str) else node.name) for node in nodes]
        if len({*names}) < len(names):
            problems.add(EXISTS)
        replaced: list[Item] = []
        for node, own in zip(nodes, names, strict=True):
            existing = [item for item in self.named(f"{into}/{own}") if item is not node]
            problems |= self._check_target(user, node, f"{into}/{own}", existing, force=force)
            replaced += existing
        if problems:
            return problems
        for item in replaced:
            item.trashed = True
        for node, own in zip(nodes, names, strict=True):
            if move:
                self._move(node, f"{into}/{own}")
            else:
                self._copy(user, node, f"{into}/{own}")
        return set()

    def _find_target(self, user: str, destination: str, *, several: bool) -> tuple[str, str]:
        """Return the folder for the results, and the new name if the destination is not a folder."""
        if "://" in destination:
            raise Rejected(INVALID)
        target = normalize(destination)
        if not self.is_visible(user, target):
            raise Rejected(MISSING)
        if self.is_folder(target):
            return target, ""
        into, _, name = target.rpartition("/")
        if several:
            raise Rejected(INVALID, MISSING)
        if destination.endswith("/") or not self.is_folder(into):
            raise Rejected(MISSING)
        return into, name

    def _check_target(self, user: str, node: Node, target: str, existing: list[Item], *, force: bool) -> set[Problem]:
        problems = set()
        if target == (node if isinstance(node, str) else node.path):
            problems |= {INVALID, EXISTS}
        if isinstance(node, str) and target.startswith(f"{node}/"):
            problems.add(INVALID)
        if self.is_folder(target) or (existing and not force):
            problems.add(EXISTS)
        if len(existing) > 1 and force:
            problems.add(AMBIGUOUS)
        if force and not all(self.may_change(user, item) for item in existing):
            problems.add(FORBIDDEN)
        return problems

    def _check_source(self, user: str, node: Node, *, recursive: bool, move: bool) -> set[Problem]:
        problems = set()
        content = [node, *(self.below(node) if isinstance(node, str) else ())]
        if isinstance(node, str) and not recursive:
            problems.add(INVALID)
        if move and not all(self.may_change(user, each) for each in content):
            problems.add(FORBIDDEN)
        if not move and not all(each.complete for each in content if isinstance(each, Item)):
            problems.add(Problem(409))
        return problems

    def _move(self, node: Node, new: str) -> None:
        if isinstance(node, Item):
            node.folder, _, node.name = new.rpartition("/")
            return
        for item in self.items:
            if f"{item.folder}/".startswith(f"{node}/"):
                if item.trashed:
                    self.unspecified.append(item)
                item.folder = new + item.folder[len(node) :]
        self.folders = {
            new + path[len(node) :] if f"{path}/".startswith(f"{node}/") else path: owner
            for path, owner in self.folders.items()
        }

    def _copy(self, user: str, node: Node, new: str) -> None:
        if isinstance(node, Item):
            folder, _, name = new.rpartition("/")
            self.items.append(Item(node.kind, None, name, folder, user, node.size, node.count))
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
