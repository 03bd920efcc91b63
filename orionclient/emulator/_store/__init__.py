"""Stored data of the local Orion: database, contents, upload parts, credentials, folders and shares."""
