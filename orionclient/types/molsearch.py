"""MolsearchDatabase and MolsearchQuery: looking for molecules by title, structure, fingerprint or shape."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar, Self

from orion_api.api.molsearch import (
    create_molsearch_database,
    create_molsearch_query,
    delete_molsearch_database,
    delete_molsearch_query,
    get_molsearch_database,
    get_molsearch_query,
    list_molsearch_databases,
    list_molsearch_hits,
    list_molsearch_queries,
)

from orionclient._resource import (
    Declaration,
    Field,
    Resource,
    SessionLike,
    identifier,
    integer,
    json_object,
    optional,
    resource_id,
    string,
)
from orionclient.exceptions import ValidationError
from orionclient.types._creating import create_with_tags
from orionclient.types._waiters import wait_until_done
from orionclient.types.datasets import Dataset

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class MolsearchDatabase(Resource):
    """A dataset that can be searched for molecules.

    Listing takes the filters ``search_type`` (documented), ``name`` (contains), ``project`` and ``state``. Deleting removes for good.

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
        name="molsearch_database",
        schema="MolsearchDatabaseInfo",
        id_name="database_id",
        get=get_molsearch_database,
        list=list_molsearch_databases,
        create=create_molsearch_database,
        delete=delete_molsearch_database,
        linkable=False,
    )

    id: Field[int] = Field(identifier, "Number of the database, unique in the stack (documented).")
    name: Field[str] = Field(string, "Display name; may be empty and need not be unique (assumed).")
    state: Field[str] = Field(string, "`LOADED` (documented), `LOADING` or `ERROR` (assumed); others are possible.")
    search_type: Field[str] = Field(string, "`2D` or `3D` (documented).")
    dataset: Field[int] = Field(identifier, "Id of the dataset that it was made of (assumed).")
    count: Field[int] = Field(integer, "Number of records when it was loaded; 0 before (assumed).")
    created: Field[str] = Field(string, "When the database was made, ISO 8601 in UTC (assumed).")
    owner: Field[int] = Field(identifier, "Id of the user that made the database (assumed).")
    project: Field[int] = Field(identifier, "Id of the project that the database belongs to (assumed).")

    @classmethod
    def create(
        cls,
        session: SessionLike,
        name: str,
        dataset: Dataset | int | str,
        *,
        search_type: str = "2D",
        project: Any = None,
        database_version: Any = None,  # noqa: ARG003 - published; deprecated and ignored since 6.8.0
    ) -> Self:
        """Make a database of a dataset. The name and the arguments but `database_version` are assumed.

        Args:
            session: The session.
            name: Display name.
            dataset: The dataset or its id.
            search_type: ``2D`` or ``3D``.
            project: Project or its id; the session's own project without it.
            database_version: Accepted and without effect, as in the original since 6.8.0 (documented).

        Returns:
            The database, not loaded yet; `wait` waits for that.

        Raises:
            ValidationError: The dataset is none.
            OrionError: The server rejected, or no good response came.
        """
        if isinstance(dataset, Resource) and not isinstance(dataset, Dataset):
            raise ValidationError(f"dataset is a Dataset or its id, not a {type(dataset).__name__}")
        number = dataset._id() if isinstance(dataset, Dataset) else resource_id(dataset, "dataset")
        return create_with_tags(cls, session, name, project, dataset=number, search_type=search_type)

    def wait(self, timeout: float = 600) -> None:
        """Wait until the database is loaded.

        Args:
            timeout: Seconds to wait at most.

        Raises:
            OrionError: It cannot be loaded.
            OrionTimeout: The time is over; the text has the last state.
            NotFoundResponse: The database is gone.
        """
        wait_until_done(self, "LOADED", "ERROR", timeout, state=lambda: self.state, reason=lambda: "")


class MolsearchQuery(Resource):
    """A search for molecules in a database; one of the four functions `create_..._query` makes it.

    Listing takes the filters ``name`` (contains), ``project``, ``state`` and ``database``. Deleting removes it with its hits.
    """

    declaration: ClassVar[Declaration] = Declaration(
        name="molsearch_query",
        schema="MolsearchQueryInfo",
        id_name="query_id",
        get=get_molsearch_query,
        list=list_molsearch_queries,
        create=create_molsearch_query,
        delete=delete_molsearch_query,
        linkable=False,
    )

    id: Field[int] = Field(identifier, "Number of the query, unique in the stack (assumed).")
    name: Field[str] = Field(string, "Display name; may be empty and need not be unique (assumed).")
    query_type: Field[str] = Field(string, "`title`, `subsearch`, `graphsim` or `fastrocs` (assumed).")
    database: Field[int] = Field(identifier, "Id of the database (assumed).")
    state: Field[str] = Field(
        string, "`SUCCESS` (documented), `QUEUED`, `RUNNING` or `ERROR` (assumed); others are possible."
    )
    reason: Field[str] = Field(string, "Why the state is `ERROR`; else empty (assumed).", default="")
    parameters: Field[dict[str, Any]] = Field(
        optional(json_object, {}), "What is searched for, as it was given (assumed)."
    )
    count: Field[int] = Field(integer, "Number of hits; 0 before the end (assumed).")
    created: Field[str] = Field(string, "When the query was made, ISO 8601 in UTC (assumed).")
    owner: Field[int] = Field(identifier, "Id of the user that made the query (assumed).")
    project: Field[int] = Field(identifier, "Id of the project that the query belongs to (assumed).")

    @classmethod
    def create_title_query(
        cls,
        *,
        session: SessionLike,
        database_id: int | str,
        titles: Sequence[str],
        name: str = "",
        project: Any = None,
    ) -> Self:
        """Look for records by their exact titles.

        Args:
            session: The session.
            database_id: Id of the database.
            titles: The titles.
            name: Display name.
            project: Project or its id; the session's own project without it.

        Returns:
            The query; `wait` waits for its end.

        Raises:
            ValidationError: An argument cannot be sent.
            BadResponse: The server cannot search so; the text says why.
            OrionError: The server rejected, or no good response came.
        """
        if isinstance(titles, str):
            raise ValidationError("titles is a list of texts, not one text")
        return cls._create("title", session, database_id, name, project, titles=list(titles))

    @classmethod
    def create_subsearch_query(
        cls,
        *,
        session: SessionLike,
        database_id: int | str,
        mdlquery: Any,
        subsearch_query_type: str = "MDLJSON",
        num_hits: int | None = None,
        name: str = "",
        project: Any = None,
        aliphatic_constraint: Any = None,
        topology_constraint: Any = None,
        stereo_constraint: Any = None,
        isotope_constraint: Any = None,
    ) -> Self:
        """Look for molecules that hold a substructure.

        Args:
            session: The session.
            database_id: Id of the database.
            mdlquery: The substructure; the local Orion takes a molfile, JSON that holds one, or SMARTS.
            subsearch_query_type: Form of the substructure, ``MDLJSON`` (documented) or ``SMARTS`` (assumed).
            num_hits: Largest number of hits.
            name: Display name.
            project: Project or its id; the session's own project without it.
            aliphatic_constraint: Handed on where it is given.
            topology_constraint: Handed on where it is given.
            stereo_constraint: Handed on where it is given.
            isotope_constraint: Handed on where it is given.

        Returns:
            The query; `wait` waits for its end.

        Raises:
            ValidationError: An argument cannot be sent.
            BadResponse: The server cannot search so; the text says why.
            OrionError: The server rejected, or no good response came.
        """
        return cls._create(
            "subsearch", session, database_id, name, project, mdlquery=mdlquery, subsearch_query_type=subsearch_query_type,
            num_hits=num_hits, aliphatic_constraint=aliphatic_constraint, topology_constraint=topology_constraint,
            stereo_constraint=stereo_constraint, isotope_constraint=isotope_constraint,
        )  # fmt: skip

    @classmethod
    def create_graphsim_query(
        cls,
        *,
        session: SessionLike,
        database_id: int | str,
        smiles: str,
        fingerprint_type: str | None = None,
        similarity_measure_type: str | None = None,
        max_hits: int | None = None,
        cutoff: float | None = None,
        name: str = "",
        project: Any = None,
    ) -> Self:
        """Look for molecules that are similar by their fingerprints.

        Args:
            session: The session.
            database_id: Id of the database.
            smiles: The molecule.
            fingerprint_type: Kind of fingerprint, for example ``Circular`` (the values are assumed); the server's choice without it.
            similarity_measure_type: How two are compared, for example ``Tanimoto`` (assumed); the server's choice without it.
            max_hits: Largest number of hits.
            cutoff: Least similarity, from 0 to 1.
            name: Display name.
            project: Project or its id; the session's own project without it.

        Returns:
            The query; `wait` waits for its end.

        Raises:
            ValidationError: An argument cannot be sent.
            BadResponse: The server cannot search so; the text says why.
            OrionError: The server rejected, or no good response came.
        """
        return cls._create(
            "graphsim", session, database_id, name, project, smiles=smiles, fingerprint_type=fingerprint_type,
            similarity_measure_type=similarity_measure_type, max_hits=max_hits, cutoff=cutoff,
        )  # fmt: skip

    @classmethod
    def create_fastrocs_query(
        cls,
        *,
        session: SessionLike,
        database_id: int | str,
        query_mol: Any,
        max_hits: int | None = None,
        shape_only: bool | None = None,
        sim_type: str | None = None,
        name: str = "",
        project: Any = None,
    ) -> Self:
        """Look for molecules of a similar shape. The local Orion rejects it: the method is licensed.

        Args:
            session: The session.
            database_id: Id of the database.
            query_mol: The molecule, as text or other JSON.
            max_hits: Largest number of hits.
            shape_only: True leaves colour out.
            sim_type: How two are compared.
            name: Display name.
            project: Project or its id; the session's own project without it.

        Returns:
            The query; `wait` waits for its end.

        Raises:
            ValidationError: An argument cannot be sent.
            BadResponse: The server cannot search so; the text says why.
            OrionError: The server rejected, or no good response came.
        """
        return cls._create(
            "fastrocs", session, database_id, name, project, query_mol=query_mol, max_hits=max_hits, shape_only=shape_only,
            sim_type=sim_type,
        )  # fmt: skip

    @classmethod
    def _create(
        cls, query_type: str, session: SessionLike, database_id: int | str, name: str, project: Any, **parameters: Any
    ) -> Self:
        given = {key: value for key, value in parameters.items() if value is not None}
        for key, value in given.items():
            try:
                json.dumps(value, allow_nan=False)
            except (TypeError, ValueError):
                raise ValidationError(f"{key} cannot be written as JSON: {type(value).__name__}") from None
        number = resource_id(database_id, "database_id")
        return create_with_tags(cls, session, name, project, query_type=query_type, database=number, parameters=given)

    def wait(self, timeout: float = 600) -> None:
        """Wait until the query has its hits.

        Args:
            timeout: Seconds to wait at most.

        Raises:
            OrionError: The search failed; the text has the reason.
            OrionTimeout: The time is over; the text has the last state.
            NotFoundResponse: The query is gone.
        """
        wait_until_done(self, "SUCCESS", "ERROR", timeout, state=lambda: self.state, reason=lambda: self.reason)

    def hits(self) -> Iterator[dict[str, Any]]:
        """Read the hits, the best first; there are none before the end.

        Yields:
            Dicts with `rank`, `dataset`, `record` (the id in the dataset), `title` and `score` (all assumed).

        Raises:
            OrionError: The server rejected, or no good response came.
        """
        yield from self._require_session()._calls.iter_items(list_molsearch_hits, self._ids())
