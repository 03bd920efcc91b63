"""Contract in, client out: writes generated/orion_api from openapi/*.yaml."""
