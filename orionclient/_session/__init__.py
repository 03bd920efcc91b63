"""The methods of `OrionSession` for resources and for many uploads and downloads."""
