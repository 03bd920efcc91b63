"""Generates the package orion_api from openapi/*.yaml."""
