"""Operations of `molsearch`, one module per operation, imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from . import cancel_molsearch_query as cancel_molsearch_query
    from . import create_molsearch_database as create_molsearch_database
    from . import create_molsearch_query as create_molsearch_query
    from . import delete_molsearch_database as delete_molsearch_database
    from . import delete_molsearch_query as delete_molsearch_query
    from . import download_molsearch_database_logs as download_molsearch_database_logs
    from . import download_molsearch_hits as download_molsearch_hits
    from . import export_molsearch_query as export_molsearch_query
    from . import get_molsearch_database as get_molsearch_database
    from . import get_molsearch_query as get_molsearch_query
    from . import get_molsearch_smiles as get_molsearch_smiles
    from . import list_molsearch_databases as list_molsearch_databases
    from . import list_molsearch_hits as list_molsearch_hits
    from . import list_molsearch_queries as list_molsearch_queries
    from . import load_molsearch_database as load_molsearch_database
    from . import unload_molsearch_database as unload_molsearch_database
    from . import update_molsearch_database as update_molsearch_database
    from . import update_molsearch_query as update_molsearch_query
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        [
            "cancel_molsearch_query",
            "create_molsearch_database",
            "create_molsearch_query",
            "delete_molsearch_database",
            "delete_molsearch_query",
            "download_molsearch_database_logs",
            "download_molsearch_hits",
            "export_molsearch_query",
            "get_molsearch_database",
            "get_molsearch_query",
            "get_molsearch_smiles",
            "list_molsearch_databases",
            "list_molsearch_hits",
            "list_molsearch_queries",
            "load_molsearch_database",
            "unload_molsearch_database",
            "update_molsearch_database",
            "update_molsearch_query",
        ],
    )
