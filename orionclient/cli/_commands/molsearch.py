"""Provide the special commands of `ocli molsearch query`: create, with a command for each type of query, and those for results."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import click
from attrs import field, frozen

from orionclient.cli._commands.downloads import build_download_command
from orionclient.cli._core.batch import apply_to_each
from orionclient.cli._core.command_kind import describe
from orionclient.cli._core.commands import Command, CommandGroup
from orionclient.cli._core.confirmation import dry_run_option, print_plan
from orionclient.cli._core.contract_options import StringParameter, drop_omitted
from orionclient.cli._core.filter_words import FilteredCommand, page_options
from orionclient.cli._core.parameter_types import FloatRange, KnownValueType, ResourceIdType, project_option
from orionclient.cli._core.resource_commands import report_created
from orionclient.cli._core.shapes import list_of
from orionclient.cli._core.state import get_state
from orionclient.cli._core.table_options import UnknownName, schema_columns, table_options
from orionclient.types import MolsearchDatabase, MolsearchQuery

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from orionclient.cli._core.command_kind import CommandKind
    from orionclient.cli._core.parameter_types import ParameterType

_MAX_HITS: Final = "Most hits to return. Defaults to the choice of the server."
_CONSTRAINTS: Final = {
    "aliphatic": "Aromatic bonds match only aromatic bonds.",
    "topology": "Bonds in a ring match only bonds in a ring.",
    "stereo": "Stereo centers match as drawn.",
    "isotope": "Isotopes must be equal.",
}


def _option(name: str, description: str, kind: ParameterType = click.STRING) -> click.Option:
    return click.Option([f"--{name}"], type=kind, help=description)


@frozen
class _QueryType:
    """A type of query.

    Attributes:
        create: Creates a query of this type.
        key: The parameter that the argument of the command is.
        metavar: The argument.
        argument: What the argument is.
        description: What is found.
        example: Arguments of the example.
        options: The other parameters.
        aliases: Other names of the command.
    """

    create: Callable[..., MolsearchQuery]
    key: str = field(kw_only=True)
    metavar: str = field(kw_only=True)
    argument: str = field(kw_only=True)
    description: str = field(kw_only=True)
    example: str = field(kw_only=True)
    options: Sequence[click.Option] = field(kw_only=True, default=())
    aliases: Sequence[str] = field(kw_only=True, default=())


def _get_query_types() -> dict[str, _QueryType]:
    return {
        "title": _QueryType(
            MolsearchQuery.create_title_query,
            key="titles",
            metavar="TITLE...",
            argument="TITLE is the exact title of a record; a file has one in each line.",
            description="by their titles",
            example="aspirin",
        ),
        "substructure": _QueryType(
            _create_substructure_query,
            key="mdlquery",
            metavar="QUERY",
            argument="QUERY is SMARTS, a molfile, or a query of the sketcher of Orion as JSON.",
            description="by a substructure",
            example="c1ccccc1",
            options=[
                _option(
                    "subsearch-query-type",
                    "Form of the query, SMARTS or MDLJSON. Defaults to MDLJSON for a molfile or JSON, else to SMARTS.",
                    KnownValueType(("SMARTS", "MDLJSON")),
                ),
                _option("num-hits", _MAX_HITS, click.INT),
                *(
                    click.Option([f"--{name}-constraint"], is_flag=True, default=None, help=description)
                    for name, description in _CONSTRAINTS.items()
                ),
            ],
            aliases=("subsearch",),
        ),
        "graphsim": _QueryType(
            MolsearchQuery.create_graphsim_query,
            key="smiles",
            metavar="SMILES",
            argument="SMILES is the query molecule.",
            description="by the similarity of fingerprints",
            example="CCO --cutoff 0.5",
            options=[
                _option(
                    "fingerprint-type",
                    "Kind of fingerprint. Defaults to the choice of the server.",
                    KnownValueType(("circularvs", "path", "maccs")),
                ),
                _option(
                    "similarity-measure-type",
                    "Measure of similarity. Defaults to the choice of the server.",
                    KnownValueType(("tanimoto", "dice", "cosine")),
                ),
                _option("max-hits", _MAX_HITS, click.INT),
                _option("cutoff", "Minimum similarity, from 0 to 1.", FloatRange(0, 1)),
            ],
        ),
        "exact": _QueryType(
            MolsearchQuery.create_exact_query,
            key="smiles",
            metavar="SMILES",
            argument="SMILES is the query molecule.",
            description="that are equal to a molecule",
            example="CCO",
            options=[_option("max-hits", _MAX_HITS, click.INT)],
        ),
        "fastrocs": _QueryType(
            MolsearchQuery.create_fastrocs_query,
            key="query_mol",
            metavar="QUERY",
            argument="QUERY is the query molecule with coordinates, for example a molfile. The local Orion rejects these searches.",
            description="by their shapes",
            example="CCO --shape-only",
            options=[
                _option("max-hits", _MAX_HITS, click.INT),
                click.Option(["--shape-only"], is_flag=True, default=None, help="Ignore colour."),
                _option("sim-type", "Measure of similarity. Defaults to the choice of the server."),
            ],
        ),
    }


def build_commands(kind: CommandKind) -> list[click.Command]:
    """Make the special commands of searches.

    Args:
        kind: The kind.

    Returns:
        The commands.
    """
    return [
        _create(kind),
        _list_results(kind),
        build_download_command(kind),
        _export(kind),
        _cancel(kind),
        _smiles(),
    ]


def _create(kind: CommandKind) -> CommandGroup:
    commands = [_create_query(kind, name, query_type) for name, query_type in _get_query_types().items()]
    return CommandGroup("create", commands, help="Search a database for molecules.")


def _create_query(kind: CommandKind, query_name: str, query_type: _QueryType) -> Command:
    def run(*, database: int, query: Any, name: str | None, project: int | None, dry_run: bool, **values: Any) -> None:
        state = get_state()
        parameters = {**_read_query(query_type.key, query), **drop_omitted(values)}
        known = [query_type.key, *(str(each.name) for each in query_type.options)]
        for each in parameters:
            if each not in known:
                raise UnknownName("parameter", each, known, click.get_current_context())
        if dry_run:
            print_plan(state, "create", [f"{kind.noun} {name or ''}".rstrip()])
            return
        made = query_type.create(
            session=state.session, database_id=database, name=name or "", project=project, **parameters
        )
        report_created(state, kind, made)

    several = query_type.metavar.endswith("...")
    return Command(
        query_name,
        aliases=query_type.aliases,
        params=[
            click.Argument(["database"], type=ResourceIdType("molsearch_database")),
            click.Argument(
                ["query"],
                metavar=query_type.metavar,
                nargs=-1 if several else 1,
                required=True,
                type=StringParameter(),
            ),
            *query_type.options,
            click.Option(["--name"], help="Display name; need not be unique. Defaults to an empty string."),
            project_option(),
            dry_run_option(),
        ],
        callback=run,
        help=f"Search for molecules {query_type.description}. {query_type.argument} @FILE reads it from a file. A JSON object with "
        f"the key {query_type.key!r} has all parameters.",
        shape=kind.schema,
        example=f"{kind.command('create')} {query_name} 1 {query_type.example}",
    )


def _read_query(key: str, query: str | Sequence[str]) -> dict[str, Any]:
    """Return the parameters in the argument of a command."""
    given = [query] if isinstance(query, str) else query
    if len(given) == 1 and given[0].lstrip().startswith("{"):
        try:
            found = json.loads(given[0])
        except ValueError:
            found = {}
        if key in found:
            return dict(found)
    if isinstance(query, str):
        return {key: query}
    return {key: [line for each in given for line in each.splitlines() if line]}


def _create_substructure_query(*, mdlquery: Any, **given: Any) -> MolsearchQuery:
    """Create a query of the form that the substructure has: SMARTS begins with no brace and has one line."""
    is_smarts = isinstance(mdlquery, str) and not mdlquery.lstrip().startswith("{") and "\n" not in mdlquery.strip()
    form = given.pop("subsearch_query_type", None) or ("SMARTS" if is_smarts else "MDLJSON")
    return MolsearchQuery.create_substructure_query(mdlquery=mdlquery, subsearch_query_type=form, **given)


def _list_results(kind: CommandKind) -> Command:
    def run(resource_id: int, limit: int | None, offset: int) -> None:
        state = get_state()
        hits = MolsearchQuery(session=state.session, id=resource_id).hits()
        state.out.print_rows(
            hits, ("record", "title", "rank", "score", "dataset"), key="record", limit=limit, offset=offset
        )

    return FilteredCommand(
        "list-results",
        filters=page_options(),
        aliases=("hits",),
        params=[*kind.id_arguments(), *table_options(schema_columns("MolsearchHitInfo"))],
        callback=run,
        help="List the hits of a search. They are sorted by rank.",
        shape="[MolsearchHitInfo]",
        example="ocli molsearch query list-results 1",
    )


def _export(kind: CommandKind) -> Command:
    def run(resource_id: int, name: str | None, project: int | None, dry_run: bool) -> None:
        state = get_state()
        if dry_run:
            print_plan(state, "export", [f"the hits of {kind.noun} {resource_id}"])
            return
        made = MolsearchQuery(session=state.session, id=resource_id).export(name, project=project).to_dict()
        sentence = f"Exported the hits of {kind.noun} {resource_id} to {describe('dataset', made)}"
        state.out.print_item(made, sentence=sentence)

    return Command(
        "export",
        params=[
            *kind.id_arguments(),
            click.Option(["--name"], help="Name of the dataset. Defaults to one with the id of the query."),
            project_option(),
            dry_run_option(),
        ],
        callback=run,
        help="Export the hits of a search to a dataset. Its records also have the rank and the score.",
        shape="DatasetInfo",
        example="ocli molsearch query export 1 --name hits",
    )


def _cancel(kind: CommandKind) -> Command:
    def run(ids: Sequence[int], dry_run: bool) -> None:
        state = get_state()
        if dry_run:
            print_plan(state, "cancel", [f"{kind.noun} {each}" for each in ids])
            return
        session = state.session

        def cancel(resource_id: int) -> dict[str, Any]:
            query = MolsearchQuery(session=session, id=resource_id)
            query.cancel()
            return query.to_dict()

        def report(done: list[dict[str, Any]]) -> None:
            sentences = [
                f"Cancelled {describe(kind.noun, each)}"
                if each.get("state") == "CANCELLED"
                else f"{describe(kind.noun.capitalize(), each)} has ended already: it is {each.get('state')}"
                for each in done
            ]
            state.out.print_results(done, sentences)

        apply_to_each(ids, cancel, report, name_of=lambda each: f"{kind.noun} {each}")

    return Command(
        "cancel",
        params=[*kind.id_arguments(several=True), dry_run_option()],
        callback=run,
        help="Cancel searches. A search that has ended already stays as it is, and the message says so.",
        shape=f"[{kind.schema}]",
        example="ocli molsearch query cancel 1",
    )


def _smiles() -> Command:
    def run(database: int, titles: Sequence[str]) -> None:
        state = get_state()
        searched = MolsearchDatabase(session=state.session, id=database)
        rows = ({"title": each, "smiles": searched.smiles(each)} for each in titles)
        state.out.print_rows(rows, ("smiles", "title"), key="smiles")

    return Command(
        "smiles",
        params=[
            click.Argument(["database"], type=ResourceIdType("molsearch_database")),
            click.Argument(["titles"], metavar="TITLE...", nargs=-1, required=True, type=StringParameter()),
        ],
        callback=run,
        help="Print the SMILES of the records of a database with the given titles, which must be equal.",
        shape=list_of(title="string", smiles="string"),
        example="ocli molsearch query smiles 1 aspirin",
    )
