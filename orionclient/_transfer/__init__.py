"""Uploads and downloads: sources, multipart uploads, byte-range downloads, digests and progress."""
