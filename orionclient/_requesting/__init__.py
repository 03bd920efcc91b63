"""One call with all its attempts: origin check, retries, rate limiting, pagination and API versions."""
