"""MolsearchDatabase: molecules that can be searched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Never, Self

from orion_api.api import molsearch as api

from orionclient._resources.convert import identifier, integer, read_field, string
from orionclient._resources.creating import create_with_tags
from orionclient._resources.polling import wait_until_done
from orionclient._resources.resource import Declaration, Field, Id, Resource, SessionLike, reference_id

if TYPE_CHECKING:
    from orion_api.inputs import CreateMolsearchDatabase, ListMolsearchDatabasesFilters

    from orionclient.types.datasets import Dataset

__all__ = ["MolsearchDatabase"]


class MolsearchDatabase(Resource):
    """A searchable database of the molecules of a dataset.

    Listing takes the filters ``search_type`` (documented), ``types``, ``name`` (contains), ``name_contains``, ``name_icontains``,
    ``project``, ``owner``, ``state`` and ``states``. Deleting is permanent. A database can be shared: the targets can search it (assumed).

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
        cls, filters: ListMolsearchDatabasesFilters, create: CreateMolsearchDatabase, update: Never
    ) -> None: ...

    id: Field[int] = Field(identifier, "Id of the database, unique in the stack (documented).")
    name: Field[str] = Field(string, "Display name; may be empty and need not be unique (assumed).")
    state: Field[str] = Field(
        string, "`LOADED` (documented), `LOADING` or `ERROR` (assumed); other states are possible."
    )
    search_type: Field[str] = Field(string, "`2D` or `3D` (documented).")
    dataset: Field[int] = Field(identifier, "Id of the source dataset (assumed).")
    count: Field[int] = Field(integer, "Number of loaded records; 0 before loading (assumed).")
    created: Field[str] = Field(string, "When the database was created, ISO 8601 in UTC (assumed).")
    owner: Field[int] = Field(identifier, "Id of the user that created the database (assumed).")
    project: Field[int] = Field(identifier, "Id of the project that the database belongs to (assumed).")

    @classmethod
    def create(
        cls,
        session: SessionLike,
        name: str,
        dataset: Dataset | Id,
        *,
        search_type: str = "2D",
        project: Any = None,
        database_version: Any = None,  # noqa: ARG003 - published; deprecated and ignored since 6.8.0
    ) -> Self:
        """Create a database from a dataset. The name and all arguments except `database_version` are assumed.

        Args:
            session: The session.
            name: Display name.
            dataset: The dataset or its id.
            search_type: ``2D`` or ``3D``.
            project: Project or its id. Defaults to the session's project.
            database_version: Ignored, as in the original since 6.8.0 (documented).

        Returns:
            The database, not loaded yet; call `wait` to wait until it is.

        Raises:
            ValidationError: `dataset` is neither a dataset nor an id.
            OrionError: The request failed.
        """
        dataset_id = reference_id(dataset, "dataset")
        return create_with_tags(cls, session, name, project, dataset=dataset_id, search_type=search_type)

    def wait(self, timeout: float = 600) -> None:
        """Wait until the database is loaded.

        Args:
            timeout: Maximum time to wait in seconds.

        Raises:
            OrionError: Loading failed.
            OrionTimeout: The timeout expired; the message has the last state.
            NotFoundResponse: The database was deleted.
        """
        wait_until_done(self, "LOADED", "ERROR", timeout)

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
