"""The one HTTP client: credentials, calls, answers and what they mean, retries, the rate budget, paging."""
