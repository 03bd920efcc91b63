"""MolsearchDatabase: molecules that can be searched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

from orion_api.api import molsearch as api

from orionclient._resources.convert import boolean, identifier, integer, optional, read_field, string
from orionclient._resources.creating import create_with_tags
from orionclient._resources.polling import poll_states, raise_if_failed
from orionclient._resources.resource import Declaration, Field, Id, Resource, SessionLike, reference_id
from orionclient.exceptions import OrionError, ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orion_api.inputs import CreateMolsearchDatabase, ListMolsearchDatabasesFilters, UpdateMolsearchDatabase

    from orionclient.types.datasets import Dataset

__all__ = ["MolsearchDatabase"]

# The states in which nothing is written to the log.
_AT_REST: Final = frozenset({"LOADED", "UNLOADED", "ERROR"})


class MolsearchDatabase(Resource):
    """A searchable database of the molecules of a dataset or of a collection.

    Loading copies the molecules into a search index. So a search finds the molecules that the source had when the database was loaded;
    `unload` and `load` it to search those that were added since. That databases are loaded, unloaded and updated, and have logs, is listed;
    all else is assumed.

    Listing takes the filters ``search_type`` (documented), ``types``, ``name`` (contains), ``name_contains``, ``name_icontains``,
    ``project``, ``owner``, ``dataset``, ``collection``, ``state`` and ``states``. `session.update_resource` changes ``name``, ``project``
    and the options of `create`. Deleting is permanent. A database can be shared: the targets can search it (assumed).

    Example:
        >>> from orionclient.examples import drugs
        >>> from orionclient.types import Dataset, MolsearchDatabase, MolsearchQuery
        >>> dataset = Dataset.upload(session, "drugs", drugs("sdf"))
        >>> database = MolsearchDatabase.create(session, "drugs", dataset)
        >>> database.wait()
        >>> query = MolsearchQuery.create_title_query(session=session, database_id=database.id, titles=["aspirin"])
        >>> query.wait()
        >>> [hit["title"] for hit in query.hits()]
        ['aspirin']
    """

    declaration: ClassVar[Declaration] = Declaration(
        "molsearch_database", api, id_name="database_id", linkable=False, sharable=True
    )

    @classmethod
    def _inputs(
        cls, filters: ListMolsearchDatabasesFilters, create: CreateMolsearchDatabase, update: UpdateMolsearchDatabase
    ) -> None: ...

    id: Field[int] = Field(identifier, "Id of the database, unique in the stack (documented).")
    name: Field[str] = Field(string, "Display name; may be empty and need not be unique (assumed).")
    state: Field[str] = Field(
        string, "`LOADED` (documented), `LOADING`, `UNLOADED` or `ERROR` (assumed); other states are possible."
    )
    reason: Field[str] = Field(string, "Why the state is `ERROR`; else empty (assumed).", default="")
    search_type: Field[str] = Field(string, "`2D` or `3D` (documented).")
    dataset: Field[int | None] = Field(
        optional(identifier), "Id of the source dataset; None if the source is a collection (assumed)."
    )
    collection: Field[int | None] = Field(
        optional(identifier), "Id of the source collection; None if the source is a dataset (assumed)."
    )
    count: Field[int] = Field(integer, "Count of records in the search index; 0 unless it is loaded (assumed).")
    created: Field[str] = Field(string, "When the database was created, ISO 8601 in UTC (assumed).")
    owner: Field[int] = Field(identifier, "Id of the user that created the database (assumed).")
    project: Field[int] = Field(identifier, "Id of the project that the database belongs to (assumed).")

    pools: Field[int | None] = Field(optional(integer), "Count of pools of search servers; None if not set (listed).")
    memory_mb: Field[int | None] = Field(optional(integer), "Memory in MiB; None if not set (listed).")
    disk_space: Field[int | None] = Field(optional(integer), "Disk space in MiB; None if not set (listed).")
    cpu: Field[int | None] = Field(optional(integer), "CPUs; None if not set (listed).")
    gpu: Field[int | None] = Field(optional(integer), "GPUs; None if not set (listed).")
    instance_type: Field[str | None] = Field(optional(string), "Type of the instances; None if not set (listed).")
    server_is_remote: Field[bool] = Field(
        optional(boolean, null=False), "Whether the servers that search are outside of Orion (listed)."
    )

    @classmethod
    def create(
        cls,
        session: SessionLike,
        name: str,
        dataset: Dataset | Id | None = None,
        *,
        collection: Resource | Id | None = None,
        search_type: str = "2D",
        project: Any = None,
        pools: int | None = None,
        memory_mb: int | None = None,
        disk_space: int | None = None,
        cpu: int | None = None,
        gpu: int | None = None,
        instance_type: str | None = None,
        server_is_remote: bool | None = None,
        database_version: Any = None,  # noqa: ARG003 - published; deprecated and ignored since 6.8.0
    ) -> Self:
        """Create a database from a dataset or from a collection of shards with molecules, and load it.

        The names of the options are listed, their meaning and all other names except `database_version` are assumed. The local Orion has
        no GPUs and no remote servers, and rejects databases that need them.

        Args:
            session: The session.
            name: Display name.
            dataset: The dataset or its id.
            collection: The `ShardCollection` or its id, in place of a dataset. It must be closed. The local Orion reads the formats of
                datasets, as named by the ends of the names of the shards, for example ``smi`` or ``sdf.gz``.
            search_type: ``2D`` or ``3D``.
            project: Project or its id. Defaults to the session's project.
            pools: Count of pools of search servers.
            memory_mb: Memory for the search in MiB. On the local Orion, loading fails if the search index is larger.
            disk_space: Disk space for the search in MiB. On the local Orion, loading fails if the search index is larger.
            cpu: CPUs for the search.
            gpu: GPUs for the search.
            instance_type: Type of the instances that search.
            server_is_remote: Whether the servers that search are outside of Orion.
            database_version: Ignored, as in the original since 6.8.0 (documented).

        Returns:
            The database, not loaded yet; call `wait` to wait until it is.

        Raises:
            ValidationError: There is not exactly one of `dataset` and `collection`, or it is neither a resource nor an id.
            BadResponse: The collection is not ``ready`` (409), or the server does not have what an option asks for (422).
            OrionError: The request failed.
        """
        sources = {"dataset": dataset, "collection": collection}
        given: dict[str, Any] = {key: reference_id(each, key) for key, each in sources.items() if each is not None}
        if len(given) != 1:
            raise ValidationError("pass either dataset= or collection=")
        return create_with_tags(
            cls, session, name, project, search_type=search_type, pools=pools, memory_mb=memory_mb, disk_space=disk_space, cpu=cpu,
            gpu=gpu, instance_type=instance_type, server_is_remote=server_is_remote, **given,
        )  # fmt: skip

    def load(self) -> None:
        """Start to load the database; call `wait` to wait until it is loaded. Has no effect on a loaded database.

        Raises:
            OrionError: The request failed.
        """
        self._call(api.load_molsearch_database)

    def unload(self) -> None:
        """Unload the database, or stop loading it: its search index is removed, and it cannot be searched.

        Raises:
            OrionError: The request failed.
        """
        self._call(api.unload_molsearch_database)

    def wait(self, timeout: float = 600) -> None:
        """Wait until the database is loaded.

        Args:
            timeout: Maximum time to wait in seconds.

        Raises:
            OrionError: Loading failed, and the message has the reason; or the database is unloaded.
            OrionTimeout: The timeout expired; the message has the last state.
            NotFoundResponse: The database was deleted.
        """
        for state in poll_states(self, "LOADED", timeout):
            if state == "LOADED":
                return
            raise_if_failed(self, "ERROR")
            if state == "UNLOADED":
                raise OrionError(f"{self._title()} is 'UNLOADED': call load() first")

    def logs(self, follow: bool = False) -> Iterator[str]:
        """Stream the lines of the log: when the database was loaded and unloaded, by which user, and how many molecules it has.

        Args:
            follow: True follows the log until the database is no longer being loaded; False reads the current log.

        Yields:
            The lines without line endings, each with its time.

        Raises:
            OrionError: The request failed.
        """
        from orionclient._resources.logs import iter_log_lines  # noqa: PLC0415 - rare

        return iter_log_lines(self, api.download_molsearch_database_logs, final=_AT_REST if follow else None)

    def smiles(self, title: str) -> str:
        """Get the molecule of a record by its title.

        Args:
            title: The title, which must be equal. If several records have it, the first one is chosen (assumed).

        Returns:
            The SMILES.

        Raises:
            NotFoundResponse: No record has this title.
            BadResponse: The database is not loaded, or the record has no molecule that can be converted to SMILES.
            OrionError: The request failed.
        """
        found = self._request(api.get_molsearch_smiles, title=title, check=_check_smiles)
        smiles: str = found["smiles"]
        return smiles


def _check_smiles(found: dict[str, Any]) -> None:
    read_field(found, "smiles", str)
