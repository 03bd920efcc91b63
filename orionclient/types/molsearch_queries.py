"""MolsearchQuery: molecule search by title, substructure, fingerprint or shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from orion_api.api import molsearch as api

from orionclient._resources.content import object_name
from orionclient._resources.convert import identifier, integer, json_object, optional, string
from orionclient._resources.creating import create_with_tags, project_id
from orionclient._resources.json_values import check_json
from orionclient._resources.polling import poll_states, raise_if_failed
from orionclient._resources.resource import Declaration, Field, Id, Resource, SessionLike, resource_id
from orionclient._transfer.content import iter_verified
from orionclient._transfer.downloads import save
from orionclient._transfer.sources import source_name
from orionclient.exceptions import ValidationError
from orionclient.records import encode_molecule
from orionclient.types.datasets import Dataset, get_format

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from orion_api.inputs import CreateMolsearchQuery, ListMolsearchQueriesFilters, UpdateMolsearchQuery

__all__ = ["MolsearchQuery"]


class MolsearchQuery(Resource):
    """A molecule search in a database, created by one of the `create_..._query` methods.

    Listing takes the filters ``name`` (contains), ``name_contains``, ``name_icontains``, ``project``, ``owner``, ``state``, ``states``,
    ``types`` and ``database``. Deleting also deletes its hits.
    """

    declaration: ClassVar[Declaration] = Declaration("molsearch_query", api, id_name="query_id", linkable=False)

    @classmethod
    def _inputs(
        cls, filters: ListMolsearchQueriesFilters, create: CreateMolsearchQuery, update: UpdateMolsearchQuery
    ) -> None: ...

    id: Field[int] = Field(identifier, "Id of the query, unique in the stack (assumed).")
    name: Field[str] = Field(string, "Display name; may be empty and need not be unique (assumed).")
    query_type: Field[str] = Field(string, "`title`, `subsearch`, `graphsim`, `exact` or `fastrocs` (assumed).")
    database: Field[int] = Field(identifier, "Id of the database (assumed).")
    state: Field[str] = Field(
        string,
        "`SUCCESS` (documented), `QUEUED`, `RUNNING`, `ERROR` or `CANCELLED` (assumed); other states are possible.",
    )
    reason: Field[str] = Field(string, "Why the state is `ERROR` or `CANCELLED`; else empty (assumed).", default="")
    parameters: Field[dict[str, Any]] = Field(
        optional(json_object, {}), "Search parameters as they were passed (assumed)."
    )
    count: Field[int] = Field(integer, "Number of hits; 0 before the end (assumed).")
    created: Field[str] = Field(string, "When the query was created, ISO 8601 in UTC (assumed).")
    owner: Field[int] = Field(identifier, "Id of the user that created the query (assumed).")
    project: Field[int] = Field(identifier, "Id of the project that the query belongs to (assumed).")

    @classmethod
    def create_title_query(
        cls,
        *,
        session: SessionLike,
        database_id: Id,
        titles: Sequence[str],
        name: str = "",
        project: Any = None,
    ) -> Self:
        """Search for records by their exact titles.

        Args:
            session: The session.
            database_id: Id of the database.
            titles: The titles.
            name: Display name.
            project: Project or its id. Defaults to the session's project.

        Returns:
            The query; call `wait` to wait for its hits.

        Raises:
            ValidationError: An argument is invalid or not JSON serializable.
            BadResponse: The server does not support this search; the message has the reason.
            OrionError: The request failed.
        """
        if isinstance(titles, str):
            raise ValidationError("titles must be a list of strings, not a string")
        return cls._create_query("title", session, database_id, name, project, titles=list(titles))

    @classmethod
    def create_subsearch_query(
        cls,
        *,
        session: SessionLike,
        database_id: Id,
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
        """Search for molecules that contain a substructure.

        The constraints are passed to the server unchanged. The names are documented; their meaning is documented for a floe of the vendor
        (`aliphatic_constraint`, `topology_constraint`, stereo) or assumed, and applies where the query does not say otherwise.

        Args:
            session: The session.
            database_id: Id of the database.
            mdlquery: The substructure. The local Orion accepts a molfile, JSON that contains one, or SMARTS. A molecule of a toolkit, for
                example an OEMol, is sent as SMILES with the type ``SMARTS``, and one of RDKit as SMARTS; see
                `orionclient.records.register_molecule_codec`.
            subsearch_query_type: Form of the substructure, ``MDLJSON`` (documented) or ``SMARTS`` (assumed).
            num_hits: Maximum number of hits.
            name: Display name.
            project: Project or its id. Defaults to the session's project.
            aliphatic_constraint: True: aromatic bonds match only aromatic bonds, and other bonds only other bonds.
            topology_constraint: True: bonds in a ring match only bonds in a ring, and other bonds only other bonds.
            stereo_constraint: True: stereo centers match as drawn.
            isotope_constraint: True: isotopes must be equal.

        Returns:
            The query; call `wait` to wait for its hits.

        Raises:
            ValidationError: An argument is invalid or not JSON serializable.
            BadResponse: The server does not support this search; the message has the reason.
            OrionError: The request failed.
        """
        mdlquery, given = encode_molecule("mdlquery", mdlquery, as_query=True), mdlquery
        if mdlquery is not given:
            subsearch_query_type = "SMARTS"
        return cls._create_query(
            "subsearch", session, database_id, name, project, mdlquery=mdlquery, subsearch_query_type=subsearch_query_type,
            num_hits=num_hits, aliphatic_constraint=aliphatic_constraint, topology_constraint=topology_constraint,
            stereo_constraint=stereo_constraint, isotope_constraint=isotope_constraint,
        )  # fmt: skip

    @classmethod
    def create_substructure_query(
        cls,
        *,
        session: SessionLike,
        database_id: Id,
        mdlquery: Any = None,
        query_mol: Any = None,
        subsearch_query_type: str = "MDLJSON",
        num_hits: int | None = None,
        name: str = "",
        project: Any = None,
        aliphatic_constraint: Any = None,
        topology_constraint: Any = None,
        stereo_constraint: Any = None,
        isotope_constraint: Any = None,
    ) -> Self:
        """Search for molecules that contain a substructure: `create_subsearch_query` by its other published name.

        Args:
            session: The session.
            database_id: Id of the database.
            mdlquery: The substructure, as for `create_subsearch_query`.
            query_mol: The same. Which name the original takes is not published; one of the two is required.
            subsearch_query_type: As for `create_subsearch_query`.
            num_hits: As for `create_subsearch_query`.
            name: Display name.
            project: Project or its id. Defaults to the session's project.
            aliphatic_constraint: As for `create_subsearch_query`.
            topology_constraint: As for `create_subsearch_query`.
            stereo_constraint: As for `create_subsearch_query`.
            isotope_constraint: As for `create_subsearch_query`.

        Returns:
            The query; call `wait` to wait for its hits.

        Raises:
            ValidationError: An argument is invalid or not JSON serializable, or there is not exactly one substructure.
            BadResponse: The server does not support this search; the message has the reason.
            OrionError: The request failed.
        """
        given = [each for each in (mdlquery, query_mol) if each is not None]
        if len(given) != 1:
            raise ValidationError("pass the substructure as mdlquery= or query_mol=")
        return cls.create_subsearch_query(
            session=session, database_id=database_id, mdlquery=given[0], subsearch_query_type=subsearch_query_type, num_hits=num_hits,
            name=name, project=project, aliphatic_constraint=aliphatic_constraint, topology_constraint=topology_constraint,
            stereo_constraint=stereo_constraint, isotope_constraint=isotope_constraint,
        )  # fmt: skip

    @classmethod
    def create_graphsim_query(
        cls,
        *,
        session: SessionLike,
        database_id: Id,
        smiles: Any,
        fingerprint_type: str | None = None,
        similarity_measure_type: str | None = None,
        max_hits: int | None = None,
        cutoff: float | None = None,
        name: str = "",
        project: Any = None,
    ) -> Self:
        """Search for similar molecules by fingerprint.

        Args:
            session: The session.
            database_id: Id of the database.
            smiles: SMILES of the query molecule, or a molecule of a toolkit, for example an OEMol.
            fingerprint_type: Kind of fingerprint, for example ``circularvs`` (documented). Defaults to the server's choice.
            similarity_measure_type: Similarity measure, for example ``tanimoto`` (documented). Defaults to the server's choice.
            max_hits: Maximum number of hits.
            cutoff: Minimum similarity, from 0 to 1.
            name: Display name.
            project: Project or its id. Defaults to the session's project.

        Returns:
            The query; call `wait` to wait for its hits.

        Raises:
            ValidationError: An argument is invalid or not JSON serializable.
            BadResponse: The server does not support this search; the message has the reason.
            OrionError: The request failed.
        """
        return cls._create_query(
            "graphsim", session, database_id, name, project, smiles=smiles, fingerprint_type=fingerprint_type,
            similarity_measure_type=similarity_measure_type, max_hits=max_hits, cutoff=cutoff,
        )  # fmt: skip

    @classmethod
    def create_exact_query(
        cls,
        *,
        session: SessionLike,
        database_id: Id,
        smiles: Any,
        max_hits: int | None = None,
        name: str = "",
        project: Any = None,
    ) -> Self:
        """Search for molecules that are equal to a molecule. Such a search is listed; this method and its parameters are assumed.

        Args:
            session: The session.
            database_id: Id of the database.
            smiles: SMILES of the molecule, or a molecule of a toolkit, for example an OEMol. The local Orion also compares isotopes,
                charges and stereo centers.
            max_hits: As for `create_graphsim_query`.
            name: Display name.
            project: Project or its id. Defaults to the session's project.

        Returns:
            The query; call `wait` to wait for its hits.

        Raises:
            ValidationError: An argument is invalid or not JSON serializable.
            BadResponse: The server does not support this search; the message has the reason.
            OrionError: The request failed.
        """
        return cls._create_query("exact", session, database_id, name, project, smiles=smiles, max_hits=max_hits)

    @classmethod
    def create_fastrocs_query(
        cls,
        *,
        session: SessionLike,
        database_id: Id,
        query_mol: Any,
        max_hits: int | None = None,
        shape_only: bool | None = None,
        sim_type: str | None = None,
        name: str = "",
        project: Any = None,
    ) -> Self:
        """Search for molecules of similar shape. Not supported by the local Orion: the method is licensed.

        Args:
            session: The session.
            database_id: Id of the database.
            query_mol: The query molecule, as a string or other JSON. A molecule of a toolkit, for example an OEMol, is sent as SMILES,
                which has no coordinates: to search by its shape, pass a file format with coordinates as a string.
            max_hits: Maximum number of hits.
            shape_only: True ignores colour.
            sim_type: Similarity measure.
            name: Display name.
            project: Project or its id. Defaults to the session's project.

        Returns:
            The query; call `wait` to wait for its hits.

        Raises:
            ValidationError: An argument is invalid or not JSON serializable.
            BadResponse: The server does not support this search; the message has the reason.
            OrionError: The request failed.
        """
        return cls._create_query(
            "fastrocs", session, database_id, name, project, query_mol=query_mol, max_hits=max_hits, shape_only=shape_only,
            sim_type=sim_type,
        )  # fmt: skip

    @classmethod
    def _create_query(
        cls, query_type: str, session: SessionLike, database_id: Id, name: str, project: Any, **parameters: Any
    ) -> Self:
        given = {key: encode_molecule(key, value) for key, value in parameters.items() if value is not None}
        for key, value in given.items():
            check_json(key, value)
        own_database = resource_id(database_id, "database_id")
        return create_with_tags(
            cls, session, name, project, query_type=query_type, database=own_database, parameters=given
        )

    def wait(self, timeout: float = 600) -> None:
        """Wait until the search has finished.

        Args:
            timeout: Maximum time to wait in seconds.

        Raises:
            OrionError: The search failed or was cancelled; the message has the reason.
            OrionTimeout: The timeout expired; the message has the last state.
            NotFoundResponse: The query was deleted.
        """
        for state in poll_states(self, "SUCCESS", timeout):
            if state == "SUCCESS":
                return
            _raise_if_ended(self)

    def cancel(self) -> None:
        """Stop the search, which then has no hits. Has no effect on a search that has ended. The name is assumed.

        Raises:
            OrionError: The request failed.
        """
        self._call(api.cancel_molsearch_query)

    def hits(self) -> Iterator[dict[str, Any]]:
        """Iterate over the hits, best first. There are none until the search has finished.

        Yields:
            Dicts with `rank`, `dataset`, `record` (the id in the dataset), `title` and `score` (all assumed).

        Raises:
            OrionError: The request failed; or there are no hits because the search failed or was cancelled, and the message has the
                reason.
        """
        session, empty = self._require_session(), True
        for hit in session._calls.iter_items(api.list_molsearch_hits, self._ids()):
            empty = False
            yield hit
        if empty:
            found = session._calls.request_json(api.get_molsearch_query, self._ids())
            _raise_if_ended(type(self).from_msg(found, session))

    def download(self, format: str = "csv") -> bytes:  # noqa: A002 - as for a dataset
        """Download the hits as one file into memory: the records with the fields `Search Rank` and `Search Score`, best first.

        The name and the argument are assumed. The local Orion converts molecules to the form of the format if it has RDKit.

        Args:
            format: ``csv``, ``smi``, ``sdf``, ``json`` (one record in each line), or another format as for `Dataset.download`.

        Returns:
            The content of the file.

        Raises:
            BadResponse: The search did not succeed, the format is not supported, or a molecule cannot be written in it.
            OrionError: The request failed.
        """
        return b"".join(iter_verified(self._opener(api.download_molsearch_hits, {"format": format})))

    def download_to_file(
        self,
        filename: str | os.PathLike[str] | BinaryIO,
        *,
        format: str | None = None,  # noqa: A002 - as in `download`
    ) -> None:
        """Download the hits to a file, as `download`.

        Args:
            filename: Path or binary file, as for `Dataset.download_to_file`.
            format: As for `download`. Defaults to the extension of the path.

        Raises:
            BadResponse: As for `download`.
            OrionError: The request failed or the content is truncated.
            OSError: The path cannot be written.
        """
        format = format or get_format(source_name(filename))  # noqa: A001
        save(self._opener(api.download_molsearch_hits, {"format": format}), filename, what=object_name(self))

    def export(self, name: str | None = None, *, project: Any = None) -> Dataset:
        """Create a dataset of the hits on the server: the records with the fields `Search Rank` and `Search Score`, best first.

        The name of the method and its arguments are assumed.

        Args:
            name: Name of the dataset. Defaults to a name with the id of the query.
            project: Project or its id. Defaults to the session's project.

        Returns:
            The dataset.

        Raises:
            BadResponse: The search did not succeed.
            OrionError: The request failed.
        """
        session = self._require_session()
        given = {"name": name, "project": project_id(session, project)}
        body = {key: value for key, value in given.items() if value is not None}
        made = session._calls.request_json(api.export_molsearch_query, self._ids(), body=body)
        return Dataset.from_msg(made, session)


def _raise_if_ended(query: MolsearchQuery) -> None:
    for state in ("ERROR", "CANCELLED"):
        raise_if_failed(query, state)
